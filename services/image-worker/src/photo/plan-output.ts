import type { RemoveBgOptions } from '@lanekeeper/contracts';

/** A rectangle in pixels. */
export type Box = { left: number; top: number; width: number; height: number };
/** Pixels to add on each side. */
export type Padding = { top: number; bottom: number; left: number; right: number };

/** How the output is laid out: scale the upright photo, crop it, pad it. */
export type OutputPlan = {
  /** The upright photo after scaling. */
  scaled: { width: number; height: number };
  /** What is kept of the scaled photo. */
  crop: Box;
  /** Transparent margin around that, where it reaches beyond the photo. */
  pad: Padding;
  /** Size of the output. */
  width: number;
  height: number;
};

type Size = { width: number; height: number };

/**
 * Plans an output from the photo's size, where its subject is (in the same pixels; undefined: nowhere) and the options.
 * The order is: trim to the subject, add the margin, then shrink to `maxSize`. Nothing is ever enlarged.
 */
export function planOutput(photo: Size, subject: Box | undefined, options: RemoveBgOptions): OutputPlan {
  const frame = options.trim && subject ? withMargin(subject, options.margin ?? 0) : whole(photo);
  const longest = Math.max(frame.width, frame.height);
  const scale = Math.min(1, (options.maxSize ?? longest) / longest);
  const scaled = { width: atLeastOne(photo.width * scale), height: atLeastOne(photo.height * scale) };
  const target = scaleBox(frame, scale, scaled, options.maxSize ?? Number.POSITIVE_INFINITY);
  const crop = intersect(target, scaled);
  const pad = {
    top: crop.top - target.top,
    left: crop.left - target.left,
    bottom: target.top + target.height - crop.top - crop.height,
    right: target.left + target.width - crop.left - crop.width,
  };
  return { scaled, crop, pad, width: target.width, height: target.height };
}

const whole = (photo: Size): Box => ({ left: 0, top: 0, ...photo });
const atLeastOne = (pixels: number) => Math.max(1, Math.round(pixels));

function withMargin(subject: Box, share: number): Box {
  const margin = Math.round(Math.max(subject.width, subject.height) * share);
  return {
    left: subject.left - margin,
    top: subject.top - margin,
    width: subject.width + 2 * margin,
    height: subject.height + 2 * margin,
  };
}

/** Scales a box; rounding must not push it off the photo: one pixel at least stays on it. */
function scaleBox(box: Box, scale: number, photo: Size, maxSize: number): Box {
  if (scale === 1) return box;
  const width = Math.min(maxSize, atLeastOne(box.width * scale));
  const height = Math.min(maxSize, atLeastOne(box.height * scale));
  return {
    left: clamp(Math.round(box.left * scale), 1 - width, photo.width - 1),
    top: clamp(Math.round(box.top * scale), 1 - height, photo.height - 1),
    width,
    height,
  };
}

const clamp = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value));

/** The part of a box that lies on the photo. */
function intersect(box: Box, photo: Size): Box {
  const [left, top] = [Math.max(0, box.left), Math.max(0, box.top)];
  const right = Math.min(photo.width, box.left + box.width);
  const bottom = Math.min(photo.height, box.top + box.height);
  return { left, top, width: right - left, height: bottom - top };
}
