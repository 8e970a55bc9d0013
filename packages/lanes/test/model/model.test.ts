import { describe, expect, it } from 'vitest';
import { explore } from './explore.ts';
import type { Setup } from './state.ts';

const calm: Setup = { crashes: 0, freezes: 0, serverLosses: 0, retries: false, sweep: true, submits: false };

/** Two faults in one run take minutes: `MODEL_DEEP=1`. */
const deep: [string, Partial<Setup>][] = process.env.MODEL_DEEP
  ? [
      ['with a crash at every step while retries wait', { crashes: 1, retries: true }],
      ['with a crash and a zombie', { crashes: 1, freezes: 1 }],
      ['with a crash and a server that forgets', { crashes: 1, serverLosses: 1 }],
      ['with a zombie and a server that forgets', { freezes: 1, serverLosses: 1 }],
    ]
  : [];

function exploreAndTell(setup: Setup) {
  const explored = explore(setup);
  process.stdout.write(`${explored.states} states: ${JSON.stringify(setup)}\n`);
  return explored;
}

describe('the protocol of turn, claim and settlement, in every order of two workers and two commands of a lane', () => {
  it.each<[string, Partial<Setup>]>([
    ['while commands arrive, and needs no sweep to find them', { submits: true, sweep: false }],
    ['while a retry waits', { retries: true }],
    ['with a crash at every step', { crashes: 1 }],
    ['with a worker that freezes at every step and wakes up as a zombie', { freezes: 1 }],
    ['with a server that forgets at every step', { serverLosses: 1 }],
    ...deep,
  ])('keeps L1, L2, L3, L6 and L8 %s', { timeout: 900_000 }, (_, faults) => {
    expect(exploreAndTell({ ...calm, ...faults }).violation).toBeUndefined();
  });
});

const anyDelivery: Partial<Setup> = { mutant: 'any-delivery', crashes: 1, serverLosses: 1 };

describe('the model', () => {
  it.each<[string, Partial<Setup>, string]>([
    ['a missing fence', { mutant: 'no-fence', freezes: 1 }, 'L3'],
    ['a take-over without asking the holder', { mutant: 'no-asking', serverLosses: 1 }, 'L2'],
    ['a take-over proved by the delivery of a consumer that is gone', anyDelivery, 'L2'],
    ['a take-over proved by the delivery of another turn', { ...anyDelivery, mutant: 'any-turn' }, 'L2'],
    ['a take-over proved by the silence of an earlier holder', { ...anyDelivery, mutant: 'any-silence' }, 'L2'],
    ['a command removed before its event', { mutant: 'ack-first', crashes: 1 }, 'L1'],
    ['a command claimed before the end of the one ahead of it', { mutant: 'claim-early' }, 'L1'],
    ['a turn given up without a second look', { mutant: 'no-second-look', submits: true, sweep: false }, 'L6'],
  ])('notices %s', (_, faults, promise) => {
    expect(exploreAndTell({ ...calm, ...faults }).violation).toContain(promise);
  });
});
