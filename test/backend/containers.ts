import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers';
import { haveImages, images, labelsOfThisRun, removeLeftovers } from './docker.ts';
import type { SharedServers } from './servers.ts';

const CONFIG = path.resolve(import.meta.dirname, '../../deploy/nats/nats-server.conf');
const START_MS = 120_000;

/** Starts the shared servers in containers, by testcontainers. Throws when Docker does not answer or has not the images. */
export async function startContainers(): Promise<SharedServers> {
  // Ryuk removes containers of a run that was killed; where its image is not at hand, the next run does.
  if (!(await haveImages('testcontainers/ryuk'))) process.env.TESTCONTAINERS_RYUK_DISABLED ??= 'true';
  await removeLeftovers();
  const started = await Promise.allSettled([startNats(), startMysql()]);
  const running = started.filter((one) => one.status === 'fulfilled').map(({ value }) => value.container);
  const stop = async () => void (await Promise.all(running.map((container) => container.stop())));
  const [nats, mysql] = started;
  if (nats.status === 'fulfilled' && mysql.status === 'fulfilled')
    return { ...nats.value.urls, ...mysql.value.urls, stop };
  await stop();
  throw new AggregateError(
    started.flatMap((one) => (one.status === 'rejected' ? [one.reason] : [])),
    'a container did not start',
  );
}

async function startNats() {
  const container = await new GenericContainer(images.nats)
    .withLabels(labelsOfThisRun)
    .withCommand(['-c', '/nats-server.conf'])
    .withCopyFilesToContainer([{ source: CONFIG, target: '/nats-server.conf' }])
    .withEnvironment({ NATS_HOST: '0.0.0.0', NATS_PORT: '4222', NATS_MONITOR_PORT: '8222', NATS_STORE_DIR: '/data' })
    .withExposedPorts(4222, 8222)
    .withWaitStrategy(Wait.forLogMessage(/Server is ready/))
    .withStartupTimeout(START_MS)
    .start();
  const natsUrl = `nats://${addressOf(container, 4222)}`;
  return { container, urls: { natsUrl, natsMonitorUrl: `http://${addressOf(container, 8222)}` } };
}

async function startMysql() {
  const password = `p${randomBytes(12).toString('hex')}`;
  const container = await new GenericContainer(images.mysql)
    .withLabels(labelsOfThisRun)
    .withCommand(['--innodb-flush-log-at-trx-commit=2', '--max-connections=500', '--default-time-zone=+00:00'])
    .withEnvironment({ MYSQL_ROOT_PASSWORD: password, MYSQL_DATABASE: 'lanekeeper' })
    .withTmpFs({ '/var/lib/mysql': 'rw' })
    .withExposedPorts(3306)
    .withWaitStrategy(Wait.forListeningPorts())
    .withStartupTimeout(START_MS)
    .start();
  const mysqlAdminUrl = `mysql://root:${password}@${addressOf(container, 3306)}`;
  await untilAnswers(mysqlAdminUrl);
  return { container, urls: { mysqlAdminUrl } };
}

const addressOf = (container: StartedTestContainer, port: number) => `127.0.0.1:${container.getMappedPort(port)}`;

/** The image listens once to prepare its data, and then again for good. */
async function untilAnswers(url: string): Promise<void> {
  const until = Date.now() + START_MS;
  for (;;) {
    try {
      const connection = await createConnection(url);
      return await connection.end();
    } catch (error) {
      if (Date.now() > until || isRefusal(error)) throw error;
      await delay(250);
    }
  }
}

/** Whether the server is up and will not let us in, however long we wait. */
const isRefusal = (error: unknown) =>
  error instanceof Error && 'code' in error && /^ER_(ACCESS_DENIED|HOST_NOT_PRIVILEGED)/.test(String(error.code));
