import type { JobEvent } from '@lanekeeper/contracts';

/** How long a client waits before it reconnects, in milliseconds. */
const RETRY_MS = 1_000;

/** A job event: `id` is its sequence, with which a client resumes. */
export function eventFrame(seq: number, event: JobEvent): string {
  return `id: ${seq}\nevent: ${event.type}\ndata: ${JSON.stringify({ ...event, seq })}\n\n`;
}

/**
 * The beginning of a stream. It has an id but no data: nothing is dispatched, yet a client that loses the connection
 * before its first event resumes from here.
 */
export function openingFrame(position: number): string {
  return `retry: ${RETRY_MS}\nid: ${position}\n\n`;
}

/** Keeps proxies from closing an idle connection, and moves the resume point past events that the filter left out. */
export function heartbeatFrame(position: number): string {
  return `: heartbeat\nid: ${position}\n\n`;
}

/** Events before `firstSeq` that the client asked for are no longer stored. */
export function gapFrame(firstSeq: number): string {
  return `id: ${firstSeq - 1}\nevent: gap\ndata: ${JSON.stringify({ firstSeq })}\n\n`;
}

/** The server goes away: reconnect, to another replica or in a moment. */
export const DRAIN_FRAME = 'event: drain\ndata: {}\n\n';
