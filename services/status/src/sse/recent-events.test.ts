import { describe, expect, it } from 'vitest';
import { RecentEvents } from './recent-events.ts';

const event = (seq: number, frame = 'x') => ({ seq, subject: 's', frame });
const seqs = (events: readonly { seq: number }[] | undefined) => events?.map(({ seq }) => seq);

describe('the newest events', () => {
  it('gives those after a sequence, also when sequences have holes', () => {
    const recent = new RecentEvents(3, { maxEvents: 10, maxChars: 100 });
    recent.push([event(4), event(7), event(9)]);
    expect(seqs(recent.after(3))).toEqual([4, 7, 9]);
    expect(seqs(recent.after(5))).toEqual([7, 9]);
    expect(seqs(recent.after(9))).toEqual([]);
    expect(seqs(recent.after(50))).toEqual([]);
  });

  it('says when it does not reach back far enough', () => {
    const recent = new RecentEvents(3, { maxEvents: 2, maxChars: 100 });
    expect(recent.after(2)).toBeUndefined();
    recent.push([event(4), event(5), event(6)]);
    expect(recent.after(3)).toBeUndefined();
    expect(seqs(recent.after(4))).toEqual([5, 6]);
  });

  it('drops the oldest beyond its size', () => {
    const recent = new RecentEvents(0, { maxEvents: 10, maxChars: 5 });
    recent.push([event(1, 'aaa'), event(2, 'bb'), event(3, 'cc')]);
    expect(recent.after(0)).toBeUndefined();
    expect(seqs(recent.after(1))).toEqual([2, 3]);
    recent.push([event(4, 'much too long')]);
    expect(recent.after(3)).toBeUndefined();
    expect(seqs(recent.after(4))).toEqual([]);
  });
});
