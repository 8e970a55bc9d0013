/** Schemas, names and codes shared by all services. Pure: no I/O. */
export * from './command.ts';
export * from './events.ts';
export * from './fold-job.ts';
export * from './job.ts';
export * from './lane.ts';
export * from './problems.ts';
export * from './stats.ts';
export * from './subjects.ts';
export * from './workloads/browser.ts';
export * from './workloads/catalogue.ts';
export * from './workloads/fetch.ts';
export * from './workloads/limits.ts';
export * from './workloads/remove-bg.ts';
export * from './workloads/tenant.ts';
