/** Starts real servers on this machine for the demo, the tests and the benchmark. */
export { StackError, type StackErrorCode } from './errors.ts';
export { freePort } from './free-port.ts';
export { type FreshDatabase, freshDatabase } from './fresh-database.ts';
export { type HttpHost, readBody, routes, startHost } from './http-host.ts';
export { type Exit, type LaunchedProcess, type LaunchOptions, launchProcess } from './launch-process.ts';
export { type LaunchOn, type LocalServer, startServer } from './local-server.ts';
export { type MysqlOptions, type MysqlServer, startMysql } from './mysql.ts';
export { type NatsOptions, type NatsServer, startNats } from './nats.ts';
export { type NatsCluster, type NatsClusterOptions, startNatsCluster } from './nats-cluster.ts';
export { isRunning } from './running.ts';
export { projectRoot, readTools, type Tools } from './tools.ts';
