const LABEL_WIDTH = 14;
const NOTE_WIDTH = 44;

/** A failure whose message alone tells the user what to do; shown without a stack trace. */
export class BootstrapError extends Error {}

/** Prints why the bootstrap cannot go on and ends the process. */
export function fail(message) {
  console.error(message);
  process.exit(1);
}

/**
 * Runs one step and prints one line: what, what came of it, how long it took.
 * `action` returns `{ note, ...}`; what it returns is returned.
 */
export function step(label, action) {
  const began = performance.now();
  const head = `  ${label.padEnd(LABEL_WIDTH)} `;
  if (process.stdout.isTTY) process.stdout.write(`${head}...`);
  try {
    const result = action();
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    process.stdout.write(`${process.stdout.isTTY ? '\r' : ''}${head}${result.note.padEnd(NOTE_WIDTH)} ${seconds} s\n`);
    return result;
  } catch (error) {
    if (process.stdout.isTTY) process.stdout.write('\n');
    if (error instanceof BootstrapError) fail(`\n${label}: ${error.message}`);
    throw error;
  }
}
