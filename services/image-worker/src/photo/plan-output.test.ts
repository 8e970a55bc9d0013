import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Box, planOutput } from './plan-output.ts';

const photo = { width: 400, height: 300 };
const subject: Box = { left: 100, top: 50, width: 200, height: 100 };
const noPad = { top: 0, bottom: 0, left: 0, right: 0 };

describe('the plan of an output', () => {
  test('keeps the photo as it is without options', () => {
    const crop = { left: 0, top: 0, ...photo };
    expect(planOutput(photo, subject, {})).toEqual({ scaled: photo, crop, pad: noPad, ...photo });
  });

  test('shrinks the longer side to maxSize and never enlarges', () => {
    expect(planOutput(photo, subject, { maxSize: 200 })).toMatchObject({ width: 200, height: 150 });
    expect(planOutput(photo, subject, { maxSize: 5_000 })).toMatchObject(photo);
  });

  test('crops to the subject', () => {
    const { width, height } = subject;
    expect(planOutput(photo, subject, { trim: true })).toEqual({
      scaled: photo,
      crop: subject,
      pad: noPad,
      width,
      height,
    });
  });

  test('adds a margin, beyond the photo where it must', () => {
    const plan = planOutput(photo, subject, { trim: true, margin: 0.5 });
    expect(plan).toMatchObject({ width: 400, height: 300, crop: { left: 0, top: 0, width: 400, height: 250 } });
    expect(plan.pad).toEqual({ top: 50, bottom: 0, left: 0, right: 0 });
  });

  test('measures maxSize after trimming', () => {
    expect(planOutput(photo, subject, { trim: true, maxSize: 100 })).toMatchObject({ width: 100, height: 50 });
  });

  test('does not trim a photo without a subject', () => {
    expect(planOutput(photo, undefined, { trim: true })).toMatchObject(photo);
  });

  test('always adds up: the crop lies in the scaled photo and, padded, has the size of the output', () => {
    const boxes = fc
      .record({ width: fc.integer({ min: 1, max: 5_000 }), height: fc.integer({ min: 1, max: 5_000 }) })
      .chain((size) =>
        fc
          .record({
            left: fc.integer({ min: 0, max: size.width - 1 }),
            top: fc.integer({ min: 0, max: size.height - 1 }),
          })
          .chain((corner) =>
            fc.record({
              size: fc.constant(size),
              box: fc.record({
                left: fc.constant(corner.left),
                top: fc.constant(corner.top),
                width: fc.integer({ min: 1, max: size.width - corner.left }),
                height: fc.integer({ min: 1, max: size.height - corner.top }),
              }),
            }),
          ),
      );
    const options = fc.record({
      trim: fc.boolean(),
      margin: fc.double({ min: 0, max: 0.5, noNaN: true }),
      maxSize: fc.integer({ min: 16, max: 10_000 }),
    });
    fc.assert(
      fc.property(boxes, options, ({ size, box }, chosen) => {
        const { crop, pad, scaled, width, height } = planOutput(size, box, chosen);
        expect(crop.left + crop.width).toBeLessThanOrEqual(scaled.width);
        expect(crop.top + crop.height).toBeLessThanOrEqual(scaled.height);
        expect(Math.min(crop.width, crop.height)).toBeGreaterThanOrEqual(1);
        expect(Math.min(crop.left, crop.top, pad.top, pad.bottom, pad.left, pad.right)).toBeGreaterThanOrEqual(0);
        expect(crop.width + pad.left + pad.right).toBe(width);
        expect(crop.height + pad.top + pad.bottom).toBe(height);
        expect(Math.max(width, height)).toBeLessThanOrEqual(chosen.maxSize);
      }),
    );
  });
});
