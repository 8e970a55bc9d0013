import { expect, it } from 'vitest';
import { parseServers } from './mod.ts';

it.each([
  ['nats://127.0.0.1:4222', { servers: ['127.0.0.1:4222'] }],
  ['a:4222', { servers: ['a:4222'] }],
  ['nats://a:1, nats://b:2', { servers: ['a:1', 'b:2'] }],
  ['nats://me:p%40ss@a:1,b:2', { servers: ['a:1', 'b:2'], user: 'me', pass: 'p@ss' }],
])('reads %s', (list, expected) => expect(parseServers(list)).toEqual(expected));
