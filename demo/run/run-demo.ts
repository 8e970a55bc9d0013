import type { Addresses } from '../launcher/stack.ts';
import type { Terminal } from '../launcher/terminal.ts';
import { runDealers } from './dealers/run-dealers.ts';
import { runMarketplace } from './marketplace/run-marketplace.ts';
import { runPhotos } from './run-photos.ts';

/** One part of the demo: works through the public API, prints what happens, and answers whether all went well. */
export type DemoJob = (stack: Addresses, terminal: Terminal) => Promise<boolean>;

const JOBS: readonly DemoJob[] = [runPhotos, runDealers, runMarketplace];

/** Runs the parts of the demo one after the other, also after one that went wrong. */
export async function runDemo(stack: Addresses, terminal: Terminal): Promise<boolean> {
  let ok = true;
  for (const run of JOBS) ok = (await run(stack, terminal)) && ok;
  return ok;
}
