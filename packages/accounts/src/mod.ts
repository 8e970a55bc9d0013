/** Marketplace accounts: who they are, their sealed sessions, and what was posted for them. */
export * from './accounts.ts';
export * from './accounts-error.ts';
export * from './accounts-schema.ts';
export * from './content-hash.ts';
export * from './operations.ts';
export * from './posts.ts';
export * from './sealed-columns.ts';
