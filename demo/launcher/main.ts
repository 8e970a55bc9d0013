/**
 * `npm run demo` and `npm start`: starts everything on this machine and keeps it running until asked to stop.
 * `main.ts demo|start [--exit]`: `demo` runs the demo once all is ready, and with `--exit`, or when nobody watches at a
 * terminal, stops when it is over; its exit code says whether it went well.
 */
import { ConfigError } from '@lanekeeper/service-kit';
import { runDemo } from '../run/run-demo.ts';
import { readConfig } from './config.ts';
import { DataDirInUse } from './data-dir.ts';
import { Launcher } from './launcher.ts';
import { Terminal } from './terminal.ts';

const [mode = 'start', ...flags] = process.argv.slice(2);
const staysUp = !flags.includes('--exit') && (mode === 'start' || process.stdout.isTTY);
const { terminal, launcher } = orExit(() => {
  const config = readConfig(process.env);
  const terminal = new Terminal(config.LOG_LEVEL ?? (mode === 'demo' ? 'warn' : 'info'));
  return { terminal, launcher: new Launcher(config, terminal) };
});
for (const reason of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect']) process.on(reason, () => launcher.askedToStop());

try {
  const began = performance.now();
  const stack = await launcher.start();
  terminal.say(`everything runs after ${((performance.now() - began) / 1000).toFixed(1)} s`);
  const ok = mode === 'demo' ? await runDemo(stack, terminal) : true;
  if (staysUp)
    terminal.say(`gateway ${stack.gateway}   API ${stack.gateway}/docs   logs ${launcher.dir}/logs   Ctrl-C stops`);
  else await launcher.stop(ok ? 0 : 1);
} catch (error) {
  await launcher.fail(error);
}

function orExit<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof DataDirInUse)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}
