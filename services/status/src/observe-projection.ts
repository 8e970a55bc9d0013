import type { Lanes } from '@lanekeeper/lanes';
import { metrics } from '@opentelemetry/api';
import type { AppliedPosition } from './projection/applied-position.ts';
import type { Projector } from './projection/projector.ts';

/** What is observed. */
export type ObservedProjection = {
  lanes: Pick<Lanes, 'jsm'>;
  projector: Projector;
  applied: AppliedPosition;
  bounds: () => Promise<{ lastSeq: number }>;
};

/** Makes how far the projection is behind, what it left out, and the room that JetStream has left metrics. */
export function observeProjection({ lanes, projector, applied, bounds }: ObservedProjection): void {
  const meter = metrics.getMeter('lanekeeper.status');
  const gauge = (name: string, description: string) =>
    meter.createObservableGauge(`lanekeeper.${name}`, { description });
  gauge('projection.lag', 'Events stored and not visible yet').addCallback(async (result) => {
    result.observe(Math.max(0, (await bounds()).lastSeq - applied.seq));
  });
  gauge('projection.bad.events', 'Events that could not be read or stored, since the start').addCallback((result) => {
    result.observe(projector.state.badEvents);
  });
  gauge('jetstream.used.bytes', 'Bytes that JetStream has stored').addCallback(async (result) => {
    result.observe((await lanes.jsm.getAccountInfo()).storage);
  });
  gauge('jetstream.limit.bytes', 'Bytes that JetStream may store; 0 without a limit').addCallback(async (result) => {
    result.observe(Math.max(0, (await lanes.jsm.getAccountInfo()).limits.max_storage));
  });
}
