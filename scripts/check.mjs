/** `npm run check`: format, lint and types, without tests. */
import { runChecks } from './checks.mjs';

const failed = (await runChecks()).filter((check) => !check.ok);
console.log(failed.length === 0 ? 'checks passed' : `checks failed: ${failed.map((check) => check.name).join(', ')}`);
process.exit(failed.length === 0 ? 0 : 1);
