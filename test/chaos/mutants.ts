import type { MsgHdrs, NatsConnection, Payload, RequestOptions } from '@nats-io/nats-core';

/** A deliberately broken engine: what it does wrong. */
export type Mutant = 'no-fence' | 'turn-by-nak' | 'ack-before-event';

const FENCE = 'Nats-Expected-Last-Subject-Sequence';

/** Breaks the engine from outside, by what passes over its connection. */
export const mutants: Record<Mutant, (nc: NatsConnection) => NatsConnection> = {
  'no-fence': withoutFence,
  'turn-by-nak': turnByNak,
  'ack-before-event': ackBeforeEvent,
};

/** Every event is written, whatever was written before, and a holder that is asked never says yes. */
function withoutFence(nc: NatsConnection): NatsConnection {
  const unfenced = <T extends { headers?: MsgHdrs }>(options?: T): T | undefined => {
    options?.headers?.delete(FENCE);
    return options;
  };
  return changed(nc, {
    publish: (subject, payload, options) => nc.publish(subject, payload, unfenced(options)),
    request: (subject: string, payload?: Payload, options?: RequestOptions) =>
      nc.request(subject, payload, unfenced(options)),
  });
}

/** A turn that is over goes back by NAK, which the server delivers before all that wait. */
function turnByNak(nc: NatsConnection): NatsConnection {
  const body = (subject: string, payload?: Payload) =>
    isDeliveryOf('TURNS', subject) && payload === '+ACK' ? '-NAK' : payload;
  return changed(nc, {
    publish: (subject, payload, options) => nc.publish(subject, body(subject, payload), options),
    request: (subject: string, payload?: Payload, options?: RequestOptions) =>
      nc.request(subject, body(subject, payload), options),
  });
}

/** A command is removed as soon as it is started. */
function ackBeforeEvent(nc: NatsConnection): NatsConnection {
  const removeEarly = (subject: string, payload: Payload | undefined, headers: MsgHdrs | undefined) => {
    if (!headers?.get('ce-type').endsWith('.started') || typeof payload !== 'string') return;
    const { commandSeq } = JSON.parse(payload) as { commandSeq: number };
    const stream = `${subject.slice(0, subject.indexOf('evt.'))}COMMANDS`;
    nc.publish(`$JS.API.STREAM.MSG.DELETE.${stream}`, JSON.stringify({ seq: commandSeq, no_erase: true }));
  };
  return changed(nc, {
    publish: (subject, payload, options) => {
      removeEarly(subject, payload, options?.headers);
      nc.publish(subject, payload, options);
    },
    request: (subject: string, payload?: Payload, options?: RequestOptions) => {
      removeEarly(subject, payload, options?.headers);
      return nc.request(subject, payload, options);
    },
  });
}

function isDeliveryOf(stream: string, reply: string): boolean {
  return reply.startsWith('$JS.ACK.') && reply.split('.').some((token) => token.endsWith(stream));
}

/** The same connection with some of its methods changed. */
function changed(nc: NatsConnection, methods: Partial<NatsConnection>): NatsConnection {
  return new Proxy(nc, {
    get(target, name) {
      if (Object.hasOwn(methods, name)) return Reflect.get(methods, name);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
