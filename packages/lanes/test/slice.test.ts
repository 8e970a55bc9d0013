import { describe, expect, it } from 'vitest';
import { ReadAhead } from '../src/read-ahead.ts';
import { Slice } from '../src/slice.ts';

describe('a slice', () => {
  it('is over when commands have run for its time, or twelve times that has passed in all', () => {
    let now = 0;
    const slice = new Slice(20, () => now);
    slice.ran(19);
    expect(slice.over).toBe(false);
    expect(slice.leftMs).toBe(1);
    slice.ran(1);
    expect(slice.over).toBe(true);
    slice.renew();
    now += 239;
    expect(slice.over).toBe(false);
    expect(slice.leftMs).toBe(1);
    now += 1;
    expect(slice.over).toBe(true);
    slice.renew();
    expect(slice.over).toBe(false);
  });

  it('of no length is over after each command', () => {
    expect(new Slice(0).over).toBe(true);
  });
});

describe('how much of a lane is read at once', () => {
  it('follows what turns have served, within bounds', () => {
    const readAhead = new ReadAhead();
    for (let turn = 0; turn < 50; turn++) readAhead.served(1);
    expect(readAhead.size).toBe(2);
    for (let turn = 0; turn < 50; turn++) readAhead.served(20);
    expect(readAhead.size).toBe(40);
    for (let turn = 0; turn < 50; turn++) readAhead.served(1_000);
    expect(readAhead.size).toBe(64);
  });
});
