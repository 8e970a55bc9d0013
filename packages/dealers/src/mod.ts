/** Dealers: who they are and how their servers are reached, their schedules, and what was fetched from them. */
export * from './clearings.ts';
export * from './dealers.ts';
export * from './dealers-error.ts';
export * from './dealers-schema.ts';
export * from './due-tick.ts';
export * from './fetch-logs.ts';
export * from './request-usage.ts';
export * from './schedules.ts';
export * from './sealed-columns.ts';
