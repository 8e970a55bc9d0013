import { rmSync } from 'node:fs';
import path from 'node:path';
import { atLeast, attempt, isExecutable, which } from './command.mjs';
import { canUnpackDebs, unpackDebFromSuite } from './debian.mjs';
import { findFirst } from './find-first.mjs';
import { toolsDir } from './places.mjs';

// The first whose kustomize knows everything that deploy/k8s uses.
const MINIMUM = '1.27';
// Debian 12 has none; its newer suites do.
const SUITE = 'forky';
const unpacked = path.join(toolsDir, 'kubectl');

/** Finds or fetches kubectl, for its kustomize: `{ path, version, note }`. Throws with what to install when there is no way. */
export function findKubectl() {
  const places = [process.env.KUBECTL, which('kubectl'), path.join(unpacked, 'usr/bin/kubectl')];
  const installed = () => places.filter(Boolean).map(probe).find(Boolean);
  return findFirst(
    [installed, fromDebian],
    `no kubectl ${MINIMUM} or newer. Install one (https://kubernetes.io/docs/tasks/tools/, \`brew install kubectl\`) or name it in KUBECTL.`,
  );
}
findKubectl.label = 'kubectl';

function probe(file) {
  const { ok, output } = isExecutable(file)
    ? attempt(file, ['version', '--client'], { timeout: 60_000 })
    : { ok: false, output: '' };
  const version = ok ? output.match(/v(\d+\.\d+\.\d+)/)?.[1] : undefined;
  return atLeast(version, MINIMUM) ? { path: file, version, note: `${version}  ${file}` } : undefined;
}

function fromDebian() {
  if (!canUnpackDebs()) return undefined;
  rmSync(unpacked, { recursive: true, force: true });
  unpackDebFromSuite(SUITE, 'kubectl', unpacked);
  return probe(path.join(unpacked, 'usr/bin/kubectl'));
}
