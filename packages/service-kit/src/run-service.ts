import { ConfigError } from './load-config.ts';
import { createLogger, type Logger } from './logger.ts';
import { Releasers } from './releasers.ts';
import { reportFaults } from './telemetry/report-faults.ts';
import { startTelemetry } from './telemetry/start-telemetry.ts';
import type { TelemetryConfig } from './telemetry/telemetry-variables.ts';

/** What a service gets to start with. */
export type ServiceContext = {
  log: Logger;
  /** Register here whatever must be released at the stop. */
  releasers: Releasers;
  /** Aborted when the stop begins. */
  stopping: AbortSignal;
  /** Stops the service as SIGTERM would, with this exit code; for faults that only a fresh process heals. */
  stop: (exitCode: number, reason: string) => void;
};

/** What the frame itself is set by: see commonVariables. */
export type FrameConfig = TelemetryConfig & { LOG_LEVEL: string; DRAIN_TIMEOUT_MS: number };

/** A service's name, its settings for the frame, and its start. */
export type Service<Config extends FrameConfig> = {
  name: string;
  loadConfig: () => Config;
  start: (config: Config, context: ServiceContext) => Promise<void>;
};

/** Time beyond the drain for closing connections, in milliseconds. */
const CLOSE_MARGIN_MS = 5_000;

/**
 * Runs a service as this process: loads its configuration (exit 78 with every wrong variable named when it is not
 * valid), starts its telemetry and it, and on SIGTERM or SIGINT releases everything within the drain timeout and exits.
 */
export async function runService<Config extends FrameConfig>(service: Service<Config>): Promise<void> {
  const config = configOrExit(service);
  const telemetry = await startTelemetry(service.name, config);
  const log = createLogger(service.name, config.LOG_LEVEL, telemetry.writeLog);
  const releasers = new Releasers(log);
  reportFaults(log);
  releasers.add('telemetry', () => telemetry.stop());
  const stopping = new AbortController();
  const stop = (exitCode: number, reason: string) => {
    if (stopping.signal.aborted) return;
    log.info({ reason }, 'stopping');
    stopping.abort(new Error(`${service.name} stops: ${reason}`));
    setTimeout(() => {
      log.error({ waitingFor: releasers.releasing }, 'the stop took too long; leaving');
      process.exit(1);
    }, config.DRAIN_TIMEOUT_MS + CLOSE_MARGIN_MS).unref();
    void releasers.releaseAll().then(() => process.exit(exitCode));
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop(0, signal));
  process.on('uncaughtException', (err) => {
    log.fatal({ err }, 'uncaught exception');
    stop(1, 'uncaught exception');
  });
  try {
    await service.start(config, { log, releasers, stopping: stopping.signal, stop });
    log.info('started');
  } catch (err) {
    if (stopping.signal.aborted) return;
    log.fatal({ err }, 'could not start');
    stop(1, 'could not start');
  }
}

function configOrExit<Config extends FrameConfig>(service: Service<Config>): Config {
  try {
    return service.loadConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${service.name}: ${error.message}\n`);
    process.exit(78);
  }
}
