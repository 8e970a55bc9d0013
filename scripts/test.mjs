/**
 * `npm test [-- filter...]`: format and lint, types, then the tests. The last line is `N passed, N failed`, where each
 * check counts as one beside the tests. Fails when anything failed or no test ran.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { runChecks, runTool } from './checks.mjs';

const root = path.resolve(import.meta.dirname, '..');
const report = path.join(root, `.data/test-report-${process.pid}.json`);

const checks = await runChecks();
const tests = await runTests(process.argv.slice(2));
const passed = tests.passed + checks.filter((check) => check.ok).length;
const failed = tests.failed + checks.filter((check) => !check.ok).length;
if (tests.passed + tests.failed === 0) console.log('no test ran');
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && tests.passed > 0 ? 0 : 1);

async function runTests(filters) {
  mkdirSync(path.dirname(report), { recursive: true });
  const ok = await runTool('vitest', [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...filters,
  ]);
  const { numPassedTests, numFailedTests } = readReport();
  // A file that cannot be loaded, or an error outside any test, fails the run without a failed test.
  const failed = ok ? numFailedTests : Math.max(1, numFailedTests);
  return { passed: numPassedTests, failed };
}

function readReport() {
  try {
    return JSON.parse(readFileSync(report, 'utf8'));
  } catch (error) {
    console.error(`The test run left no report: ${error.message}`);
    return { numPassedTests: 0, numFailedTests: 0 };
  } finally {
    rmSync(report, { force: true });
  }
}
