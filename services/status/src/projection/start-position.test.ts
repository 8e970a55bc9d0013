import { expect, it } from 'vitest';
import { decideStart } from './start-position.ts';

const info = (created: string, first_seq: number, last_seq: number) => ({ created, state: { first_seq, last_seq } });

it.each([
  ['goes on where it was', { appliedSeq: 7, streamCreated: 'a' }, info('a', 1, 9), { seq: 7, replaced: false }],
  ['begins at the start', { appliedSeq: 0, streamCreated: null }, info('a', 1, 9), { seq: 0, replaced: false }],
  ['begins with what there is', { appliedSeq: 0, streamCreated: null }, info('a', 5, 9), { seq: 4, replaced: false }],
  [
    'tells what expired unseen',
    { appliedSeq: 2, streamCreated: 'a' },
    info('a', 5, 9),
    { seq: 4, replaced: false, missing: { first: 3, last: 4 } },
  ],
  ['starts over on another stream', { appliedSeq: 7, streamCreated: 'a' }, info('b', 1, 2), { seq: 0, replaced: true }],
  [
    'is level with an emptied stream',
    { appliedSeq: 9, streamCreated: 'a' },
    info('a', 10, 9),
    { seq: 9, replaced: false },
  ],
])('%s', (_, position, stream, expected) => {
  expect(decideStart(position, stream)).toEqual(expected);
});
