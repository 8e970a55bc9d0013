/** Dealer data by DGI v1.3: the modules, the client, and the way from an answer to rows that can be stored. */
export * from './client/dgi-client.ts';
export * from './client/dgi-error.ts';
export * from './client/split-windows.ts';
export * from './modules/module-table.ts';
export * from './rows/dgi-row.ts';
