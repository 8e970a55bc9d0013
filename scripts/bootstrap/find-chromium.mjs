import { atLeast, isExecutable, versionOf, which } from './command.mjs';
import { canInstallDebs, installDebs } from './debian.mjs';
import { findFirst } from './find-first.mjs';

const MINIMUM = '120';
const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/** Finds or fetches a Chromium: `{ path, version, note }`. Throws with what to install when there is no way. */
export function findChromium() {
  return findFirst(
    [search, fromDebian],
    `no Chromium ${MINIMUM} or newer. Install one (\`apt install chromium\`, or Google Chrome) or name its program in CHROMIUM.`,
  );
}
findChromium.label = 'chromium';

const search = () => [process.env.CHROMIUM, ...NAMES.map(which), MAC].filter(Boolean).map(probe).find(Boolean);

function probe(file) {
  const version = isExecutable(file) ? versionOf(file) : undefined;
  return atLeast(version, MINIMUM) ? { path: file, version, note: `${version}  ${file}` } : undefined;
}

function fromDebian() {
  if (!canInstallDebs()) return undefined;
  installDebs('chromium');
  return search();
}
