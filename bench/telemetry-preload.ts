/** Starts telemetry before a measured process begins, as runService does; settings in BENCH_TELEMETRY as JSON. */
import { loadConfig, startTelemetry, telemetryVariables } from '@lanekeeper/service-kit';
import Type from 'typebox';

const settings = JSON.parse(process.env.BENCH_TELEMETRY ?? '{}') as Record<string, string>;
await startTelemetry('bench', loadConfig(Type.Object(telemetryVariables), settings));
