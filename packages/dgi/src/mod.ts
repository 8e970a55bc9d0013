/** Dealer data by DGI v1.3: the modules, the client, and the way from an answer to rows that can be stored. */
export * from './client/dgi-client.ts';
export * from './client/dgi-error.ts';
export * from './client/dgi-types.ts';
export * from './client/known-texts.ts';
export * from './client/request-quota.ts';
export * from './client/split-windows.ts';
export * from './local-time.ts';
export * from './modules/module-table.ts';
export * from './rows/dgi-row.ts';
export * from './rows/mask-personal.ts';
export * from './rows/merge-joined-rows.ts';
export { MAX_INTEGER_DIGITS } from './rows/parse-number.ts';
export * from './rows/parse-row.ts';
export { MAX_TEXT_LENGTH } from './rows/parse-value.ts';
export { MAX_KEY_LENGTH } from './rows/read-key.ts';
export * from './rows/read-rows.ts';
