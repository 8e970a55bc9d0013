import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { dgiModules, earliestTime, localTime, readRows, splitWindows } from '@lanekeeper/dgi';
import { describe, expect, it } from 'vitest';
import { groupOf, requestOf } from './requests.ts';
import { runningApi } from './running-api.ts';

const group = groupOf('nusantara');
const signal = AbortSignal.timeout(300_000);
const now = new Date();

describe('all rows of all modules', () => {
  it.each(['nusantara', 'timur'])('%s: the client reads what the server has', async (name) => {
    await using api = await runningApi();
    const { timeZone } = groupOf(name);
    // A day less than the server keeps: its limit moves at midnight, during the test if need be.
    const [from, to] = [earliestTime(now, timeZone, 29), localTime(now, timeZone)];
    const asked = requestOf(groupOf(name), api.url, { from, to });
    for (const module of dgiModules.values()) {
      const found = new Map<string, number>();
      for (const part of splitWindows({ from, to, timeZone, now })) {
        const answer = await api.client.fetchWindow({ ...asked, module, ...part }, signal);
        for (const outcome of readRows(module, answer.rows, { askedDealerId: asked.dealerId ?? '', timeZone })) {
          if (!outcome.ok) throw new Error(`${module.module}: ${outcome.message}`);
          const lines = Object.values(outcome.row.nested).reduce((sum, list) => sum + list.length, 0);
          found.set(outcome.row.documentNumber, lines);
        }
      }
      const query = new URLSearchParams({ dealerId: asked.dealerId ?? '', module: module.fetchType, from, to });
      const truth = (await api.judge('GET', `counts?${query}`)) as { rows: number; lines: Record<string, number> };
      const total = (numbers: Iterable<number>) => [...numbers].reduce((sum, count) => sum + count, 0);
      expect({ module: module.module, rows: found.size, lines: total(found.values()) }).toEqual({
        module: module.module,
        rows: truth.rows,
        lines: total(Object.values(truth.lines)),
      });
      expect(found.size).toBeGreaterThan(0);
    }
  });
});

it('50,000 rows of one window leave a worker of 512 MB room for its database and queue', async () => {
  await using other = await runningApi();
  const at = localTime(new Date(now.getTime() - 60_000), group.timeZone);
  await other.judge('POST', 'bulk', { dealerId: '08138', module: 'prospect', count: 50_000, at });
  const script = path.join(import.meta.dirname, 'read-huge-window.ts');
  // Without a limit V8 lets garbage lie as long as the machine has memory, and the peak says little.
  const args = ['--max-old-space-size=256', script, other.url, 'prospect', at, at];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 120_000 });
  const result = JSON.parse(stdout) as { rows: number; lines: number; bytes: number; peakMb: number };
  expect(result.rows).toBe(50_000);
  expect(result.lines).toBeGreaterThanOrEqual(50_000);
  expect(result.bytes).toBeGreaterThan(40_000_000);
  expect(result.peakMb).toBeLessThan(450);
}, 120_000);
