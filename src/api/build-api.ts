/** The HTTP API as a Fastify instance; whoever builds it listens and closes. */
import { randomUUID } from 'node:crypto';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { serializerCompiler } from 'fastify-type-provider-zod';
import { AppError } from '../contracts/errors.ts';
import type { ApiDeps } from './deps.ts';
import { installAudit } from './plugins/audit.ts';
import { installBodyDepth } from './plugins/body-depth.ts';
import { installDocs } from './plugins/docs.ts';
import { installKeyedRequests } from './plugins/keyed-requests.ts';
import { installOpenApi } from './plugins/openapi.ts';
import { installProblems, sendProblem } from './plugins/problem.ts';
import { checkHost, installSecurity } from './plugins/security.ts';
import { installCookies } from './plugins/session-cookie.ts';
import { sessionRoutes } from './plugins/session.ts';
import { installDashboard } from './plugins/static.ts';
import { auditRoutes } from './routes/audit.ts';
import { backgroundRoutes } from './routes/background.ts';
import { batchRoutes } from './routes/batches.ts';
import { claudeCodeRoutes } from './routes/claude-code.ts';
import { eventRoutes } from './routes/events.ts';
import { gitRoutes } from './routes/git.ts';
import { githubRoutes } from './routes/github.ts';
import { ideaRoutes } from './routes/ideas.ts';
import { inboxRoutes } from './routes/inbox.ts';
import { lifecycleRoutes } from './routes/lifecycle.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { previewRoutes } from './routes/preview.ts';
import { projectRoutes } from './routes/projects.ts';
import { requirementRoutes } from './routes/requirements.ts';
import { reportRoutes } from './routes/report.ts';
import { settingsRoutes } from './routes/settings.ts';
import { screenshotRoute } from './routes/screenshot.ts';
import { systemRoutes } from './routes/system.ts';
import { inspectTaskRoutes } from './routes/inspect.ts';
import { taskRoutes } from './routes/tasks.ts';
import { trialRoutes } from './routes/trials.ts';
import { webhookRoutes } from './routes/webhooks.ts';
import { createBatchCreation } from './services/create-batch.ts';
import type { BatchCreation } from './services/create-batch.ts';
import { createGithubIntake } from './services/github-intake.ts';
import { createInbox } from './services/inbox.ts';
import { createResultKeeper } from './services/keep-results.ts';
import { createMergeCheck } from './services/merge-check.ts';
import { createSessions } from './services/sessions.ts';
import { createViews } from './services/views.ts';
import { eventStream } from './streams/events.ts';
import { logStream } from './streams/follow-log.ts';
import { createStreamRegistry } from './streams/sse.ts';

const MAX_BODY_BYTES = 1024 * 1024;
/** For receiving a request, not for answering it. */
const REQUEST_TIMEOUT_MS = 30_000;
/** A dashboard with several tabs and a busy command line stay far below. */
const REQUESTS_PER_MINUTE = 6000;
/** A requirement's name, percent-encoded: 1,000 characters of up to four bytes. */
const MAX_PARAM_LENGTH = 12_000;
const RECONCILE_EVERY_MS = 60_000;
const ASK_GITHUB_EVERY_MS = 10_000;

/** An API that is ready to listen: checks, routes and streams registered, unfinished creations being settled. */
export async function buildApi(deps: ApiDeps): Promise<FastifyInstance> {
  const app = Fastify({
    logger: false,
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: true,
    genReqId: () => randomUUID(),
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    // HEAD of a stream would never end.
    exposeHeadRoutes: false,
    // Addresses that cannot be parsed never reach the hooks.
    frameworkErrors: (error, request, reply) => {
      try {
        checkHost(request, deps.allowedHosts);
        sendProblem(error, request, reply, deps);
      } catch (refusal) {
        sendProblem(refusal, request, reply, deps);
      }
    },
  });
  // Only JSON: forms and plain text are what a foreign page can send without asking.
  app.removeContentTypeParser('text/plain');
  const { dashboard, installation, token, allowedHosts } = deps;
  installProblems(app, deps, dashboard === undefined ? null : await installDashboard(app, dashboard));
  await installCookies(app);
  const sessions = createSessions(deps.store.system, deps.clock);
  installSecurity(app, { token, allowedHosts, installation, sessions });
  // Input is parsed by `register`; Fastify would stop at the first part with a mistake.
  app.setValidatorCompiler(() => (value: unknown) => ({ value }));
  app.setSerializerCompiler(serializerCompiler);
  await installLimits(app, deps);
  installBodyDepth(app);
  installKeyedRequests(app, deps);
  // After it: a repeated request changes nothing.
  installAudit(app, deps);
  await installOpenApi(app, deps.version);
  await installDocs(app);

  const creation = createBatchCreation(deps);
  const views = createViews(deps, createMergeCheck(deps.door, deps.clock, deps.logger));
  const registry = createStreamRegistry(app);
  sessionRoutes(app, { sessions, installation, token });
  systemRoutes(app, deps);
  auditRoutes(app, deps);
  metricsRoutes(app, deps);
  settingsRoutes(app, deps);
  routesOfProjects(app, deps);
  batchRoutes(app, deps, creation, views);
  lifecycleRoutes(app, deps, creation, views);
  taskRoutes(app, deps, creation, views);
  trialRoutes(app, deps, creation);
  backgroundRoutes(app, deps, creation, views);
  inboxRoutes(app, createInbox(deps, views));
  inspectTaskRoutes(app, deps, views);
  screenshotRoute(app, deps);
  reportRoutes(app, deps, views);
  webhookRoutes(app, deps);
  eventRoutes(app, deps);
  claudeCodeRoutes(app, deps, creation, views);
  gitRoutes(app, deps);
  eventStream(app, deps, registry);
  logStream(app, deps, registry);
  goOnWithoutRequests(app, deps, creation);
  return app;
}

/** What the API does by itself while it listens. */
function goOnWithoutRequests(app: FastifyInstance, deps: ApiDeps, creation: BatchCreation): void {
  installGithub(app, deps, creation);
  settleCreations(app, deps, creation);
  keepResults(app, deps);
}

function keepResults(app: FastifyInstance, deps: ApiDeps): void {
  const keeper = createResultKeeper(deps);
  app.addHook('onReady', () => keeper.start());
  app.addHook('onClose', () => keeper.stop());
}

/** Projects, and what is written down in them. */
function routesOfProjects(app: FastifyInstance, deps: ApiDeps): void {
  projectRoutes(app, deps);
  requirementRoutes(app, deps);
  previewRoutes(app, deps);
  ideaRoutes(app, deps);
}

async function installLimits(app: FastifyInstance, deps: Pick<ApiDeps, 'clock'>): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    referrerPolicy: { policy: 'no-referrer' },
    // Loopback is plain HTTP; a proxy that adds TLS adds this header too.
    strictTransportSecurity: false,
  });
  await app.register(rateLimit, {
    max: REQUESTS_PER_MINUTE,
    timeWindow: '1 minute',
    errorResponseBuilder: (_request, context) =>
      new AppError('too_many_requests', `More than ${context.max} requests within a minute.`, {
        retryAt: new Date(deps.clock.now() + context.ttl).toISOString(),
      }),
  });
}

/** At start and every minute; what cannot be settled now is tried again. */
function settleCreations(app: FastifyInstance, deps: ApiDeps, creation: BatchCreation): void {
  const run = (minAgeMs?: number): void => {
    void creation.reconcile(minAgeMs).catch((err: unknown) => {
      deps.logger.warn({ err }, 'unfinished creations could not be looked up');
    });
  };
  const timer = setInterval(run, RECONCILE_EVERY_MS);
  app.addHook('onReady', async () => run(0));
  app.addHook('onClose', async () => clearInterval(timer));
}

/** One round after the other; the projects' own intervals decide who is asked in it. */
function installGithub(app: FastifyInstance, deps: ApiDeps, creation: BatchCreation): void {
  const intake = createGithubIntake(deps, creation);
  githubRoutes(app, deps, intake);
  let asking: Promise<void> | null = null;
  const timer = setInterval(() => {
    asking ??= intake
      .tick()
      .catch((err: unknown) => deps.logger.warn({ err }, 'GitHub could not be asked for news'))
      .finally(() => {
        asking = null;
      });
  }, ASK_GITHUB_EVERY_MS);
  app.addHook('onClose', async () => {
    clearInterval(timer);
    await asking;
  });
}
