import { expect, test } from 'vitest';
import { isSequential, mostAtOnce, type Row, renderTimeline } from './timeline.ts';

const row = (name: string, ...blocks: [number, number, ('post' | 'renew')?][]): Row => ({
  name,
  blocks: blocks.map(([from, to, kind = 'post']) => ({ from, to, kind })),
});
const ana = row('ana', [0, 400], [400, 600, 'renew'], [600, 1_000]);
const ben = row('ben', [500, 900]);

test('each account has a row with its operations where they ran', () => {
  expect(renderTimeline([ana, ben], 20).split('\n')).toEqual([
    '  ana 1███████r░░░3███████',
    '  ben           1███████',
    `      0 s${'1.0 s'.padStart(17)}`,
  ]);
});

test('order and overlap are seen', () => {
  expect(isSequential(ana)).toBe(true);
  expect(isSequential(row('x', [0, 500], [499, 600]))).toBe(false);
  expect(isSequential(row('x', [100, 200], [0, 50]))).toBe(false);
  expect(mostAtOnce([ana, ben])).toBe(2);
  expect(mostAtOnce([ana])).toBe(1);
});
