import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { readBody } from './read-body.ts';

const chunks = [Buffer.from('one '), Buffer.alloc(0), Buffer.from('two')];
const tooLarge = { code: 'DGI_PROTOCOL', message: expect.stringContaining('larger than 0 MiB') };

it.each([undefined, '7', 'many'])('reads a body of announced length %s whole', async (announced) => {
  expect((await readBody(Readable.from(chunks), announced, 7)).toString()).toBe('one two');
});

it('refuses an announced length that is too large before reading', async () => {
  const body = Readable.from(chunks);
  await expect(readBody(body, '8', 7)).rejects.toMatchObject(tooLarge);
  expect(body.destroyed).toBe(true);
});

it('refuses at the first byte too many', async () => {
  const body = Readable.from(chunks);
  await expect(readBody(body, undefined, 6)).rejects.toMatchObject(tooLarge);
  expect(body.destroyed).toBe(true);
});
