import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { AckPolicy, jetstreamManager } from '@nats-io/jetstream';
import { nuid } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { expect, inject, it } from 'vitest';
import { Puller } from '../src/puller.ts';

/** Publishes one message and ends when it is stored. */
const PUBLISH = `
  const { connect } = await import('@nats-io/transport-node');
  const nc = await connect({ servers: process.argv[1] });
  await nc.request(process.argv[2], 'late');
  await nc.close();
`;

it('hears a delivery that was on its way when it stops, so that it can be handed back', async () => {
  const server = new URL(inject('natsUrl')).host;
  const nc = await connect({ servers: server });
  const jsm = await jetstreamManager(nc);
  const name = `t${nuid.next()}`;
  await jsm.streams.add({ name, subjects: [name] });
  await jsm.consumers.add(name, { durable_name: 'c', ack_policy: AckPolicy.Explicit });
  const late: string[] = [];
  const puller = new Puller(nc, (message) => void late.push(message.string()));
  const pulled = puller.pull({ subject: `$JS.API.CONSUMER.MSG.NEXT.${name}.c`, expiresMs: 60_000, waitMs: 60_000 });
  await nc.flush();
  // Nothing is read while this waits: when it is over, the delivery lies in the socket.
  const args = ['--input-type=module', '-e', PUBLISH, server, name];
  execFileSync(process.execPath, args, { cwd: path.resolve(import.meta.dirname, '..') });
  await puller.drain();
  expect(await pulled).toEqual({ type: 'no-answer' });
  expect(late).toEqual(['late']);
  await jsm.streams.delete(name);
  await nc.close();
});
