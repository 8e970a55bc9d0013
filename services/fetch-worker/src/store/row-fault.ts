/**
 * Errors of MySQL and MariaDB that lie in a row's values, by number: out of range 1264, truncated 1265, wrong date or number
 * 1292, wrong text 1366, illegal value 1367, too long 1406, wrong time 1411, row too large for a page 1118, invalid JSON 3140,
 * 3141, 3157, JSON that a check refuses 4025.
 */
const ROW_FAULTS = new Set([1118, 1264, 1265, 1292, 1366, 1367, 1406, 1411, 3140, 3141, 3157, 4025]);

/** Whether a statement failed for the values of a row, so that the others can be stored without it. */
export function isRowFault(error: unknown): boolean {
  return ROW_FAULTS.has((error as { errno?: number } | null)?.errno ?? 0);
}

/** Another transaction stored a row between the look and the write: doing it all again settles it. */
export function isDuplicate(error: unknown): boolean {
  return (error as { code?: string } | null)?.code === 'ER_DUP_ENTRY';
}
