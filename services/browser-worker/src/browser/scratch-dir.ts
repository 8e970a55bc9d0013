import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const NAME = /^lanekeeper-browser-(\d+)-/;

/** Makes a private temporary folder (mode 0700) whose name tells which process it belongs to. */
export const makeScratchDir = (): Promise<string> => mkdtemp(path.join(tmpdir(), `lanekeeper-browser-${process.pid}-`));

/** The process id that such a folder's name tells, or undefined for any other name. */
export function scratchOwner(name: string): number | undefined {
  const pid = NAME.exec(name)?.[1];
  return pid === undefined ? undefined : Number(pid);
}
