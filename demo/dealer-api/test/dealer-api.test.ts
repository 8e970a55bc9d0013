import { dgiModules, earliestTime, localTime, moduleOf, parseRow, wallSeconds } from '@lanekeeper/dgi';
import { describe, expect, it } from 'vitest';
import { buildWorld } from '../world/build-world.ts';
import type { StoredRow } from '../world/scene.ts';
import { groupOf, requestOf } from './requests.ts';
import { runningApi } from './running-api.ts';

const group = groupOf('nusantara');
const options = { seed: 7, baseDate: new Date('2026-11-24T05:00:00Z') };
const world = buildWorld(group, options);
const of = (module: string): StoredRow[] => world.filter((row) => row.module === module);
const values = (rows: readonly StoredRow[], name: string): unknown[] =>
  rows
    .flatMap(({ row }) => [row, ...Object.values(row).filter(Array.isArray).flat()] as Record<string, unknown>[])
    .flatMap((part) => part[name] ?? []);

describe('the data', () => {
  it('is the same for the same seed and day, and another for another', () => {
    expect(buildWorld(group, { ...options, baseDate: new Date('2026-11-24T16:00:00Z') })).toEqual(world);
    expect(buildWorld(group, { ...options, seed: 8 })).not.toEqual(world);
  });

  it.each([...dgiModules.values()])('of $module is as the document wants it, for each dealer', (module) => {
    for (const { dealerId } of group.dealers) {
      const rows = of(module.module).filter((row) => row.dealerId === dealerId);
      expect(rows.length).toBeGreaterThan(2);
      expect(new Set(rows.map(({ documentNumber }) => documentNumber)).size).toBe(rows.length);
      for (const { row } of rows) {
        const outcome = parseRow(module, row, { askedDealerId: dealerId, timeZone: group.timeZone });
        if (!outcome.ok) throw new Error(outcome.message);
        expect(outcome.row.notes.filter(({ code }) => code !== 'TEXT_TOO_LONG')).toEqual([]);
        expect(outcome.row.extra).toEqual({});
      }
    }
  });

  it('spreads over the last 30 days, and ends before the base date', () => {
    const end = wallSeconds('2026-11-24 00:00:00') ?? 0;
    const days = new Set(world.map(({ createdAt }) => Math.floor((end - createdAt) / 86_400)));
    expect(days.size).toBe(30);
    for (const { createdAt, modifiedAt } of world) {
      expect(createdAt).toBeGreaterThanOrEqual(end - 30 * 86_400);
      expect(modifiedAt).toBeGreaterThanOrEqual(createdAt);
      expect(modifiedAt).toBeLessThan(end);
    }
    expect(world.some(({ createdAt, modifiedAt }) => modifiedAt > createdAt + 86_400)).toBe(true);
  });

  it.each([
    ['spk', 'idProspect', 'prsp', 'idProspect'],
    ['inv1', 'idSPK', 'spk', 'idSpk'],
    ['lsng', 'idSPK', 'spk', 'idSpk'],
    ['bast', 'idSPK', 'spk', 'idSpk'],
    ['doch', 'idSPK', 'spk', 'idSpk'],
    ['doch', 'nomorRangka', 'bast', 'noRangka'],
    ['uinb', 'noInvoice', 'mdinvh1', 'noInvoice'],
    ['inv2', 'noWorkOrder', 'pkb', 'noWorkOrder'],
    ['unpaidhlo', 'noWorkOrder', 'pkb', 'noWorkOrder'],
    ['dphlo', 'idHLODocument', 'unpaidhlo', 'idHLODocument'],
    ['pinb', 'noPO', 'mdinvh3', 'noPO'],
  ])('%s.%s refers to %s.%s', (from, name, to, key) => {
    expect(values(of(to), key)).toEqual(expect.arrayContaining([...new Set(values(of(from), name))]));
  });
});

describe('the server', () => {
  const now = new Date();
  const window = {
    from: localTime(new Date(now.getTime() - 6 * 86_400_000), group.timeZone),
    to: localTime(now, group.timeZone),
  };
  const signal = AbortSignal.timeout(120_000);

  it('answers all dealers of the group when none is named, and never another group', async () => {
    await using api = await runningApi();
    const { dealerId: _, ...whole } = requestOf(group, api.url, window);
    const { rows } = await api.client.fetchWindow(whole, signal);
    const dealers = new Set(
      Array.from({ length: rows.length }, (_row, index) => (rows.at(index) as { dealerId: string }).dealerId),
    );
    expect([...dealers].sort()).toEqual(['07501', '08138', '08139']);
    expect((await api.client.fetchWindow({ ...whole, dealerId: '12001' }, signal)).rows.length).toBe(0);
  });

  it('filters, also by numbers inside lines', async () => {
    await using api = await runningApi();
    const asked = { ...requestOf(group, api.url, window), module: moduleOf('bast_read') };
    const { rows } = await api.client.fetchWindow(asked, signal);
    const [line] = (rows.at(0) as { detail: { idSPK: string }[] }).detail;
    const filtered = await api.client.fetchWindow({ ...asked, filters: { idSPK: line?.idSPK ?? '' } }, signal);
    expect(rows.length).toBeGreaterThan(1);
    expect(filtered.rows.length).toBe(1);
  });

  it('keeps nothing older than 30 days, and judges windows first where real servers do', async () => {
    await using api = await runningApi();
    const asked = requestOf(group, api.url, window);
    const [from] = earliestTime(now, group.timeZone, 32).split(' ');
    const before = { ...asked, from: `${from} 00:00:00`, to: earliestTime(now, group.timeZone, 31) };
    expect((await api.client.fetchWindow(before, signal)).rows.length).toBe(0);
    const long = { ...asked, from: earliestTime(now, group.timeZone, 9) };
    await api.behave(group.name, { rejectToken: true });
    await expect(api.client.fetchWindow(long, signal)).rejects.toMatchObject({ code: 'DGI_CREDENTIAL' });
    await api.behave(group.name, { rejectToken: true, style: 'real' });
    await expect(api.client.fetchWindow(long, signal)).rejects.toMatchObject({ code: 'DGI_RANGE' });
  });

  it('names what is wrong with a question to the judge', async () => {
    await using api = await runningApi();
    await expect(api.behave('nobody', {})).rejects.toThrow('404');
    await expect(api.judge('POST', 'behaviour', { scope: '08138', behaviour: { slow: true } })).rejects.toThrow('400');
    await expect(api.judge('GET', 'counts?dealerId=1&module=prsp&from=x&to=y')).rejects.toThrow('400');
  });
});
