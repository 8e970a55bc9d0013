/**
 * The one entry point of `npm run demo`, `npm start`, `npm test`, `npm run check`, `npm run bench`, `npm run account` and
 * `npm run secrets`.
 *
 * Runs on Node 20 or newer with nothing installed: installs the dependencies, finds or fetches the servers the command
 * needs, then hands over to the pinned Node from node_modules. Doing it again changes nothing and takes a moment.
 */
import { findChromium } from './bootstrap/find-chromium.mjs';
import { findDatabase } from './bootstrap/find-database.mjs';
import { findKubectl } from './bootstrap/find-kubectl.mjs';
import { findNatsServer } from './bootstrap/find-nats-server.mjs';
import { handOver } from './bootstrap/hand-over.mjs';
import { installDependencies } from './bootstrap/install-dependencies.mjs';
import { withLock } from './bootstrap/lock.mjs';
import { fail, step } from './bootstrap/step.mjs';
import { writeTools } from './bootstrap/tools-file.mjs';

const SERVERS = { natsServer: findNatsServer, mysqld: findDatabase };
const EVERYTHING = { ...SERVERS, chromium: findChromium };
const FOR_TESTS = { ...EVERYTHING, kubectl: findKubectl };

/** What each command needs besides the dependencies, and the script that it becomes. */
const COMMANDS = {
  demo: { tools: EVERYTHING, entry: ['demo/launcher/main.ts', 'demo'] },
  start: { tools: EVERYTHING, entry: ['demo/launcher/main.ts', 'start'] },
  test: { tools: FOR_TESTS, entry: ['scripts/test.mjs'] },
  bench: { tools: EVERYTHING, entry: ['bench/main.ts'] },
  'test:compose': { tools: {}, entry: ['test/compose/smoke.ts'] },
  'supply-chain': { tools: {}, entry: ['scripts/supply-chain.mjs'] },
  account: { tools: { chromium: findChromium }, entry: inStack('services/browser-worker/src/account-cli/main.ts') },
  secrets: { tools: {}, entry: inStack('services/gateway/src/secrets-cli/main.ts') },
  check: { tools: {}, entry: ['scripts/check.mjs'] },
  tools: { tools: FOR_TESTS, entry: undefined },
};

/** A tool of a service, which gets to know the stack that runs here. */
function inStack(script) {
  return ['demo/launcher/in-stack.ts', script];
}

async function main([name = '', ...args]) {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) fail(`Usage: node scripts/bootstrap.mjs ${Object.keys(COMMANDS).join('|')} [arguments]`);
  await withLock(() => {
    step('dependencies', installDependencies);
    const found = {};
    for (const [tool, find] of Object.entries(command.tools)) found[tool] = step(find.label, find);
    if (Object.keys(found).length > 0) writeTools(found);
  });
  if (command.entry) handOver([...command.entry, ...args]);
}

await main(process.argv.slice(2));
