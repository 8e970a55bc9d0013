import type { RemoveBgResult } from '@lanekeeper/contracts';
import sharp from 'sharp';

/** What a downloaded cut-out really is. Shares are of all pixels, 0 to 1. */
export interface Output {
  width: number;
  height: number;
  bytes: number;
  transparent: number;
  opaque: number;
}

// Alpha values; between them lies the soft edge.
const TRANSPARENT_BELOW = 10;
const OPAQUE_ABOVE = 245;
// With less background or less subject than this, nothing was really cut out. (On plants-1 the model is sure of 2 %.)
const LEAST_TRANSPARENT = 0.05;
const LEAST_OPAQUE = 0.01;

/** Downloads a result and measures it. */
export async function inspectOutput(url: string): Promise<Output> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  const file = Buffer.from(await answer.arrayBuffer());
  const { data, info } = await sharp(file).ensureAlpha().extractChannel(3).raw().toBuffer({ resolveWithObject: true });
  let transparent = 0;
  let opaque = 0;
  for (const alpha of data) {
    if (alpha < TRANSPARENT_BELOW) transparent++;
    else if (alpha > OPAQUE_ABOVE) opaque++;
  }
  return {
    width: info.width,
    height: info.height,
    bytes: file.length,
    transparent: transparent / data.length,
    opaque: opaque / data.length,
  };
}

/** What is wrong with an output; empty when it is a real cut-out and just what the job says it is. */
export function faultsOf(output: Output, result: RemoveBgResult): string[] {
  const faults: string[] = [];
  if (output.transparent < LEAST_TRANSPARENT) faults.push(`only ${percent(output.transparent)} of it is transparent`);
  if (output.opaque < LEAST_OPAQUE) faults.push(`only ${percent(output.opaque)} of it is opaque`);
  for (const key of ['width', 'height', 'bytes'] as const) {
    if (output[key] !== result[key]) faults.push(`its ${key} is ${output[key]}, the job says ${result[key]}`);
  }
  return faults;
}

/** A share as people read it. */
export const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
