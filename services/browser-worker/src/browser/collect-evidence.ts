import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import type { BrowserOptions, Evidence } from './browser-run.ts';
import { type Mask, maskOf } from './mask.ts';
import { maskedHtml } from './masked-html.ts';
import type { PageComplaint } from './page-log.ts';
import { makeScratchDir } from './scratch-dir.ts';
import { scrubTrace } from './scrub-trace.ts';
import { within } from './within.ts';

/** Where evidence comes from. */
export interface EvidenceSource {
  context: BrowserContext;
  page: Page;
  complaints: readonly PageComplaint[];
}

// A page that hangs must not hold the operation's end up for long.
const EACH_MS = 3_000;

/** Keeps what a person needs to understand a failure. Never rejects: what cannot be kept is noted in the result. */
export async function collectEvidence(
  source: EvidenceSource,
  options: BrowserOptions & { evidenceDir: string },
): Promise<Evidence> {
  const evidence: Evidence = { dir: options.evidenceDir, files: [], missing: [] };
  const mask = await sessionMask(source.context, options);
  const parts: Record<string, () => Promise<string | Uint8Array>> = {
    'screenshot.png': () => source.page.screenshot({ timeout: EACH_MS }),
    'page.html': async () => mask(await maskedHtml(source.page)),
    'console.json': async () => mask(JSON.stringify(source.complaints, null, 2)),
    'trace.zip': async () => scrubTrace(await traceOf(source.context), mask),
  };
  // At the same time: each has a time limit of its own, and a hanging page would use up all of them.
  await Promise.all(Object.entries(parts).map(([file, make]) => keep(evidence, file, make)));
  evidence.files.sort();
  return evidence;
}

async function keep(evidence: Evidence, file: string, make: () => Promise<string | Uint8Array>): Promise<void> {
  const target = path.join(evidence.dir, file);
  try {
    const content = await within(EACH_MS, make());
    await mkdir(evidence.dir, { recursive: true, mode: 0o700 });
    await writeFile(target, content, { mode: 0o600 });
    evidence.files.push(file);
  } catch (error) {
    evidence.missing.push({ file, reason: reasonOf(error) });
    // Half a file, as a full disk leaves it, would only mislead.
    await rm(target, { force: true }).catch(() => undefined);
  }
}

// The session as it was given, and as it is by now, where the browser still tells.
async function sessionMask(context: BrowserContext, options: BrowserOptions): Promise<Mask> {
  const given = options.storageState ? [options.storageState] : [];
  const current = await within(EACH_MS, context.storageState()).catch(() => undefined);
  return maskOf(current ? [...given, current] : given, options.secrets);
}

// Playwright writes the raw trace to a file; it goes through a private folder that is removed at once.
async function traceOf(context: BrowserContext): Promise<Uint8Array> {
  const dir = await makeScratchDir();
  try {
    const file = path.join(dir, 'trace.zip');
    await within(EACH_MS, context.tracing.stop({ path: file }));
    return await readFile(file);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

const reasonOf = (error: unknown): string =>
  error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
