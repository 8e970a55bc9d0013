import { rmSync } from 'node:fs';
import path from 'node:path';
import { atLeast, isExecutable, versionOf, which } from './command.mjs';
import { canUnpackDebs, unpackDebFromSuite } from './debian.mjs';
import { dockerAnswers, haveImage, programIn, writeWrapper } from './docker.mjs';
import { findFirst } from './find-first.mjs';
import { toolsBin, toolsDir } from './places.mjs';

// Older servers can wedge a consumer's max_ack_pending when a message in flight is deleted.
const MINIMUM = '2.14';
const IMAGE = 'nats:2.15-alpine';
// The first Debian suite whose nats-server is new enough.
const SUITE = 'forky';
const unpacked = path.join(toolsDir, 'nats');

/** Finds or fetches a NATS server: `{ path, version, note }`. Throws with what to install when there is no way. */
export function findNatsServer() {
  const places = [
    process.env.NATS_SERVER,
    which('nats-server'),
    path.join(unpacked, 'usr/sbin/nats-server'),
    path.join(toolsBin, 'nats-server'),
  ];
  const installed = () => places.filter(Boolean).map(probe).find(Boolean);
  return findFirst(
    [installed, fromDebian, fromDocker],
    `no nats-server ${MINIMUM} or newer. Put one on PATH (https://github.com/nats-io/nats-server/releases, or \`brew install nats-server\`), name it in NATS_SERVER, or start Docker.`,
  );
}
findNatsServer.label = 'nats-server';

function probe(file) {
  const version = isExecutable(file) ? versionOf(file) : undefined;
  return atLeast(version, MINIMUM) ? { path: file, version, note: `${version}  ${file}` } : undefined;
}

function fromDebian() {
  if (!canUnpackDebs()) return undefined;
  rmSync(unpacked, { recursive: true, force: true });
  unpackDebFromSuite(SUITE, 'nats-server', unpacked);
  return probe(path.join(unpacked, 'usr/sbin/nats-server'));
}

function fromDocker() {
  if (!dockerAnswers() || !haveImage(IMAGE)) return undefined;
  return probe(writeWrapper('nats-server', IMAGE, programIn(IMAGE, 'nats-server')));
}
