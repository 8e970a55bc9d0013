/** The frame around every service: configuration, logging, connections, health, shutdown. */
export * from './common-config.ts';
export * from './connect-database.ts';
export * from './connect-nats.ts';
export * from './describe-variables.ts';
export * from './error-chain.ts';
export * from './field-errors.ts';
export * from './health-server.ts';
export * from './linked-abort.ts';
export * from './load-config.ts';
export * from './logger.ts';
export * from './migrate.ts';
export * from './problem.ts';
export * from './problem-plugin.ts';
export * from './releasers.ts';
export * from './retry.ts';
export * from './run-service.ts';
export * from './secret-box.ts';
