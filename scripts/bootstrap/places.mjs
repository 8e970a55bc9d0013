import path from 'node:path';

/** The project's folder. */
export const root = path.resolve(import.meta.dirname, '../..');
/** Everything the bootstrap fetches or notes stays in here; delete it to start over. */
export const toolsDir = path.join(root, '.tools');
/** The tools this project carries with it, looked at after PATH. */
export const toolsBin = path.join(toolsDir, 'bin');
