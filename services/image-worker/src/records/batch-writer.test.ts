import { describe, expect, test } from 'vitest';
import { BatchWriter, type BatchWriterOptions } from './batch-writer.ts';
import { takeChunk } from './take-chunk.ts';

const passing = new Error('lost connection');
const tooLarge = new Error('packet too large');
const never = new AbortController().signal;

/** A writer over a table that is only a list of the statements it got. */
function createWriter(write: (rows: readonly string[], call: number) => void, options = {}) {
  const statements: string[][] = [];
  const writer = new BatchWriter<string, string>({
    write: async (rows) => {
      statements.push([...rows]);
      await Promise.resolve();
      write(rows, statements.length);
      return rows.map((row) => `${row} written`);
    },
    sizeOf: (row) => row.length,
    limits: async () => ({ rows: 500, bytes: 1_000 }),
    canPass: (error) => error === passing || error === tooLarge,
    mayBeTooLarge: (error) => error === tooLarge,
    backoff: { firstMs: 1, maxMs: 2 },
    ...options,
  } satisfies BatchWriterOptions<string, string>);
  return { writer, statements };
}

const names = (count: number) => Array.from({ length: count }, (_, at) => `row-${at}`);

describe('writing rows in batches', () => {
  test('gathers rows of the same moment and tells each caller its own outcome', async () => {
    const { writer, statements } = createWriter(() => undefined);
    const outcomes = await Promise.all(names(10).map((row) => writer.write(row, never)));
    expect(outcomes).toEqual(names(10).map((row) => `${row} written`));
    expect(statements.length).toBeLessThanOrEqual(2);
    expect(statements.flat()).toEqual(names(10));
  });

  test('keeps within the limits of rows and of bytes', async () => {
    const limits = async () => ({ rows: 4, bytes: 18 });
    const { writer, statements } = createWriter(() => undefined, { limits });
    await Promise.all(names(9).map((row) => writer.write(row, never)));
    expect(statements.flat()).toEqual(names(9));
    expect(Math.max(...statements.map((rows) => rows.length))).toBe(3);
  });

  test('writes again what failed for a reason that passes', async () => {
    const { writer, statements } = createWriter((_rows, call) => {
      if (call < 4) throw passing;
    });
    expect(await Promise.all(names(3).map((row) => writer.write(row, never)))).toHaveLength(3);
    expect(statements.at(-1)?.length).toBeGreaterThan(0);
    expect(statements.length).toBeGreaterThanOrEqual(4);
  });

  test('halves what may have been too large until it fits', async () => {
    const { writer, statements } = createWriter((rows) => {
      if (rows.length > 2) throw tooLarge;
    });
    const outcomes = await Promise.all(names(16).map((row) => writer.write(row, never)));
    expect(outcomes).toHaveLength(16);
    expect(Math.max(...statements.map((rows) => rows.length))).toBeGreaterThan(2);
  });

  test('fails only the row that cannot be written', async () => {
    const broken = new Error('data too long');
    const { writer } = createWriter((rows) => {
      if (rows.includes('row-3')) throw broken;
    });
    const outcomes = await Promise.allSettled(names(8).map((row) => writer.write(row, never)));
    expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual(names(8).map((row) => row !== 'row-3'));
    expect(outcomes[3]).toMatchObject({ reason: broken });
  });

  test('lets a caller go whose signal aborts, and writes the rest', async () => {
    const stop = new AbortController();
    let down = true;
    const { writer, statements } = createWriter(() => {
      if (down) throw passing;
    });
    const given = writer.write('given up', stop.signal);
    const kept = writer.write('kept', never);
    stop.abort(new Error('timed out'));
    await expect(given).rejects.toThrow('timed out');
    down = false;
    expect(await kept).toBe('kept written');
    expect(statements.at(-1)).toEqual(['kept']);
  });

  test('goes on after everybody has given up', async () => {
    const stop = new AbortController();
    let down = true;
    const { writer } = createWriter(
      () => {
        if (down) throw passing;
      },
      { backoff: { firstMs: 60_000, maxMs: 60_000 } },
    );
    const given = writer.write('given up', stop.signal);
    await Promise.resolve();
    stop.abort(new Error('timed out'));
    await expect(given).rejects.toThrow('timed out');
    down = false;
    expect(await writer.write('next', never)).toBe('next written');
  });
});

describe('taking a chunk', () => {
  const size = (row: string) => row.length;

  test.each([
    [['aa', 'bb', 'cc'], { rows: 2, bytes: 100 }, ['aa', 'bb']],
    [['aa', 'bb', 'cc'], { rows: 9, bytes: 4 }, ['aa', 'bb']],
    [['too large', 'b'], { rows: 9, bytes: 3 }, ['too large']],
    [['a'], { rows: 0, bytes: 0 }, ['a']],
    [[], { rows: 5, bytes: 5 }, []],
  ])('of %j within %j gives %j', (rows, limits, expected) => {
    expect(takeChunk(rows, size, limits)).toEqual(expected);
  });
});
