/** The frame around every worker service: its start, its workloads out of the catalogue, its failures. */
export * from './catalogue-workload.ts';
export * from './job-failure.ts';
export * from './open-database.ts';
export * from './start-worker-service.ts';
export * from './worker-variables.ts';
