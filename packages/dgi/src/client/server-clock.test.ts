import { expect, it } from 'vitest';
import { changeClock, learnClock, signingTime, unknownClock } from './server-clock.ts';

const sent = Date.parse('2026-11-24T10:00:00.400Z');
const learned = learnClock(unknownClock, 'Tue, 24 Nov 2026 10:00:30 GMT', sent, sent + 200);

it('learns the difference from a Date header, and keeps it when there is none', () => {
  expect(learned.skewMs).toBe(30_000);
  expect(learnClock(learned, undefined, sent, sent)).toEqual(learned);
  expect(learnClock(learned, 'soon', sent, sent)).toEqual(learned);
});

it('signs by the local clock until it is refused, then by the server, then by the local one again', () => {
  expect(signingTime(learned, sent)).toBe(sent / 1_000);
  const following = changeClock(learned);
  expect(signingTime(following, sent)).toBe(sent / 1_000 + 30);
  expect(signingTime(changeClock(following), sent)).toBe(sent / 1_000);
});

it('cannot follow a server that never told its time', () => {
  expect(changeClock(unknownClock)).toEqual(unknownClock);
});
