import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'packages/**/*.test.ts',
      'services/**/*.test.ts',
      'demo/**/*.test.ts',
      'test/**/*.test.ts',
      'bench/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**', '.data/**', '.tools/**'],
    globalSetup: './test/global-setup.ts',
    pool: 'forks',
    // Real servers and a real model share the machine with the tests: more workers only make each slower.
    maxWorkers: 2,
    // A busy machine is no fault: only what hangs runs into these.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    teardownTimeout: 60_000,
  },
});
