import { expect, it } from 'vitest';
import { createLogger } from './logger.ts';

it('keeps addresses of people and logins in URLs out of every line, wherever they stand', () => {
  const lines: string[] = [];
  const log = createLogger('test', 'info', (line) => lines.push(line));
  log.info({ lane: 'ann.lee+x@private.example', count: 3 }, 'lane of bob@private.example');
  log.warn({ err: new Error('mysql://root:hunter2@localhost:3306/x refused') }, 'gone');
  log.info('at node_modules/.pnpm/kysely@0.29.9_typescript@7.0.2/node_modules/kysely/dist/x.js');
  const text = lines.join('');
  expect(text).not.toMatch(/private\.example|hunter2|root:/);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ lane: '[address]', count: 3, msg: 'lane of [address]' });
  expect(text).toContain('kysely@0.29.9_typescript@7.0.2/');
  expect(text).toContain('mysql://[redacted]@localhost:3306/x');
});
