import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import {
  closeUnusedConnections,
  httpTelemetry,
  problemPlugin,
  refuseBrokenHttp,
  sendFrameworkProblem,
} from '@lanekeeper/service-kit';
import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify';
import { openAuth } from './auth/open-auth.ts';
import { trustedProxies } from './config.ts';
import type { GatewayDeps } from './deps.ts';
import { authenticate } from './plugins/authenticate.ts';
import { media } from './plugins/media.ts';
import { openapi } from './plugins/openapi.ts';
import { requestLog } from './plugins/request-log.ts';
import { securityHeaders } from './plugins/security-headers.ts';
import { statusProxy } from './plugins/status-proxy.ts';
import { automationStatusRoute } from './routes/accounts/automation-status.ts';
import { postToMarketplaceRoute } from './routes/accounts/post-to-marketplace.ts';
import { renewListingsRoute } from './routes/accounts/renew-listings.ts';
import { bulkRemoveBgRoute } from './routes/api/image-queue/bulk-remove-bg.ts';
import { jobRoute } from './routes/api/image-queue/job.ts';
import { queueStatsRoute } from './routes/api/image-queue/queue-stats.ts';
import { removeBgQueueRoute } from './routes/api/image-queue/remove-bg-queue.ts';
import { workerHealthRoute } from './routes/api/worker/health.ts';
import { compatDealersRoute } from './routes/dealers/dealers.ts';
import { healthRoutes } from './routes/health.ts';
import { fetchLogRoutes } from './routes/jobs/fetch-logs.ts';
import { fetchQueueRoutes } from './routes/jobs/queue.ts';
import { fetchQueueViewRoutes } from './routes/jobs/queue-view.ts';
import { accountSecretRoutes } from './routes/v1/account-secrets.ts';
import { accountRoutes } from './routes/v1/accounts.ts';
import { dealerRoutes } from './routes/v1/dealers.ts';
import { eventTicketRoute } from './routes/v1/event-ticket.ts';
import { evidenceRoutes } from './routes/v1/evidence.ts';
import { jobActionRoutes } from './routes/v1/job-actions.ts';
import { laneRoutes } from './routes/v1/lanes.ts';
import { readRoutes } from './routes/v1/reads.ts';
import { scheduleRoutes } from './routes/v1/schedules.ts';
import { submitJobsRoute } from './routes/v1/submit-jobs.ts';

/** Room for 1,000 photo URLs of 2 kB each with their records, in bytes. */
const BODY_LIMIT = 4 * 1024 * 1024;
/** How long a client may take to send a request, in milliseconds; answers may take any time. */
const REQUEST_TIMEOUT_MS = 60_000;

const routes = [
  removeBgQueueRoute,
  bulkRemoveBgRoute,
  jobRoute,
  queueStatsRoute,
  workerHealthRoute,
  submitJobsRoute,
  jobActionRoutes,
  laneRoutes,
  postToMarketplaceRoute,
  renewListingsRoute,
  automationStatusRoute,
  accountRoutes,
  accountSecretRoutes,
  evidenceRoutes,
  fetchQueueRoutes,
  fetchQueueViewRoutes,
  fetchLogRoutes,
  compatDealersRoute,
  dealerRoutes,
  scheduleRoutes,
  healthRoutes,
];

/** Builds the gateway's HTTP application; it does not listen yet. */
export async function createApp(deps: GatewayDeps, log: FastifyBaseLogger): Promise<FastifyInstance> {
  const app: FastifyInstance = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    trustProxy: trustedProxies(deps.config.TRUST_PROXY),
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 1_024 },
    frameworkErrors: sendFrameworkProblem,
    clientErrorHandler: refuseBrokenHttp,
    requestTimeout: REQUEST_TIMEOUT_MS,
  });
  // Answers are written as they are; their schemas document them.
  app.setSerializerCompiler(() => JSON.stringify);
  app.removeContentTypeParser('text/plain');
  await app.register(closeUnusedConnections);
  await app.register(problemPlugin);
  await app.register(httpTelemetry);
  await app.register(requestLog);
  await app.register(securityHeaders);
  const auth = openAuth(deps.config);
  await app.register(authenticate, { auth });
  await app.register(openapi, { publicUrl: deps.config.PUBLIC_URL });
  await app.register(statusProxy, { statusUrl: deps.config.STATUS_URL });
  await app.register(media, { directory: resolve(deps.config.MEDIA_DIR) });
  for (const route of routes) await app.register(route, deps);
  await app.register(eventTicketRoute, { auth });
  await app.register(readRoutes);
  return app;
}
