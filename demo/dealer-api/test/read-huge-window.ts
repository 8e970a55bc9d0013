/**
 * A worker's share of a window in a process of its own, for measuring: fetches one window, reads its rows in batches and
 * prints `{rows, lines, bytes, peakMb}`. Arguments: URL, fetch_type, from, to.
 */
import { createDgiClient, moduleOf, readRows } from '@lanekeeper/dgi';
import { groupOf, requestOf } from './requests.ts';

const [url = '', fetchType = '', from = '', to = ''] = process.argv.slice(2);
const client = createDgiClient();
const module = moduleOf(fetchType);
const request = { ...requestOf(groupOf('nusantara'), url, { from, to }), module };
const answer = await client.fetchWindow(request, AbortSignal.timeout(120_000));
const { timeZone } = request.endpoint;
let [rows, lines] = [0, 0];
let batch: unknown[] = [];
for (const outcome of readRows(module, answer.rows, { askedDealerId: request.dealerId ?? '', timeZone })) {
  if (!outcome.ok) throw new Error(outcome.message);
  rows += 1;
  for (const list of Object.values(outcome.row.nested)) lines += list.length;
  batch.push(outcome.row);
  if (batch.length === 500) batch = [];
}
await client.close();
const peakMb = Math.round(process.resourceUsage().maxRSS / 1_024);
console.log(JSON.stringify({ rows, lines, bytes: answer.bytes, peakMb }));
