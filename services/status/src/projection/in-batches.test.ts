import { chunk } from '@lanekeeper/service-kit';
import { describe, expect, it } from 'vitest';
import { inBatches } from './in-batches.ts';

const bounds = { items: 3, bytes: 10, sizeOf: (text: string) => text.length };

async function* from(...texts: string[]) {
  yield* texts;
}

/** Lets everything that is already due happen. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('gathering into batches', () => {
  it('hands on a lone item at once', async () => {
    const batches = inBatches(from('a'), bounds);
    expect((await batches.next()).value).toEqual(['a']);
  });

  it('keeps order and bounds', async () => {
    const batches = inBatches(from('a', 'b', 'c', 'd', '123456', '789012', '345678901234'), bounds);
    const all: string[][] = [];
    for await (const batch of batches) {
      all.push(batch);
      await settled();
    }
    expect(all.flat()).toEqual(['a', 'b', 'c', 'd', '123456', '789012', '345678901234']);
    for (const batch of all) {
      expect(batch.length).toBeLessThanOrEqual(3);
      if (batch.length > 1) expect(batch.join('').length).toBeLessThanOrEqual(10);
    }
  });

  it('reads ahead no more than two batches', async () => {
    let read = 0;
    async function* endless() {
      for (;;) {
        read++;
        yield 'x';
      }
    }
    const batches = inBatches(endless(), bounds);
    await batches.next();
    for (let n = 0; n < 20; n++) await settled();
    expect(read).toBeLessThanOrEqual(10);
    await batches.return(undefined);
  });

  it('passes on what came before the source failed, then the failure', async () => {
    async function* failing() {
      yield 'a';
      throw new Error('broken');
    }
    const batches = inBatches(failing(), bounds);
    expect((await batches.next()).value).toEqual(['a']);
    await expect(batches.next()).rejects.toThrow('broken');
  });
});

describe('splitting into statements', () => {
  it.each([
    [[], []],
    [
      ['a', 'b', 'c', 'd'],
      [['a', 'b', 'c'], ['d']],
    ],
    [
      ['12345678', '123'],
      [['12345678'], ['123']],
    ],
    [
      ['1234567890123', 'a'],
      [['1234567890123'], ['a']],
    ],
  ])('splits %j into %j', (items, expected) => {
    expect(chunk(items, { rows: 3, bytes: 10 }, (text: string) => text.length)).toEqual(expected);
  });
});
