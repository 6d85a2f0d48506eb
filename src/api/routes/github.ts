/** Intake from GitHub: how it stands, a look now, and the webhook. */
import { createHash, createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { AppError } from '../../contracts/errors.ts';
import { GITHUB_WEBHOOK_PATH } from '../../contracts/github-routes.ts';
import { routes } from '../../contracts/http.ts';
import type { TaskRow } from '../../store/store.ts';
import type { ApiDeps } from '../deps.ts';
import { register } from '../register.ts';
import type { GithubIntake, GithubPlace } from '../services/github-intake.ts';
import { findProject } from '../services/lookup.ts';

/** GitHub sends at most 25 MB; what concerns us is far smaller. */
const MAX_BODY_BYTES = 5 * 1024 * 1024;
const REPLAY_KEPT_MS = 86_400_000;
const LEASE_MS = 60_000;

/** What we read of a delivery: https://docs.github.com/en/webhooks/webhook-events-and-payloads */
const DeliverySchema = z.object({
  repository: z.object({ full_name: z.string().max(300) }),
  issue: z.object({ number: z.int().min(1) }).optional(),
  pull_request: z.object({ number: z.int().min(1) }).optional(),
  comment: z.object({ id: z.int().min(1) }).optional(),
});

/** Registers the routes. */
export function githubRoutes(app: FastifyInstance, deps: ApiDeps, intake: GithubIntake): void {
  register(app, routes.github, () => intake.view());
  register(app, routes.pollGithub, async ({ body }) => {
    const { wanted, tasks } = await intake.poll(await findProject(deps.store, body.projectId));
    return { intake: wanted, tasks: tasks.map(toQueued) };
  });
  // A scope of its own: the signature is over the bytes as they came.
  app.register(async (scope) => {
    scope.removeContentTypeParser('application/json');
    scope.addContentTypeParser(
      'application/json',
      { parseAs: 'buffer', bodyLimit: MAX_BODY_BYTES },
      (_request, body, done) => done(null, body),
    );
    scope.post<{ Params: { id: string } }>(GITHUB_WEBHOOK_PATH, { schema: { hide: true } }, async (request, reply) => {
      const tasks = await deliver(deps, intake, request);
      return reply
        .code(202)
        .serializer((answer: unknown) => JSON.stringify(answer))
        .type('application/json; charset=utf-8')
        .send({ tasks: tasks.map(toQueued) });
    });
  });
}

async function deliver(
  deps: ApiDeps,
  intake: GithubIntake,
  request: FastifyRequest<{ Params: { id: string } }>,
): Promise<readonly TaskRow[]> {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  checkSignature(deps.githubWebhookSecret ?? null, request.headers['x-hub-signature-256'], body);
  const place = placeOf(body);
  if (place === null) return [];
  const project = await findProject(deps.store, request.params.id);
  const delivery = { principal: 'github', key: createHash('sha256').update(body).digest('hex') };
  await refuseReplay(deps, delivery, request);
  try {
    const tasks = await intake.look(project, place);
    await deps.store.idempotency.finish(delivery, { status: 202, answer: '{}' });
    return tasks;
  } catch (error) {
    await deps.store.idempotency.release(delivery);
    throw error;
  }
}

/** @throws AppError unauthorized; github_not_configured when no secret is set here */
function checkSignature(secret: string | null, given: string | string[] | undefined, body: Buffer): void {
  if (secret === null) {
    throw new AppError('github_not_configured', 'No secret for webhooks is set: NIGHTLOOM_GITHUB_WEBHOOK_SECRET.');
  }
  const wanted = createHmac('sha256', secret).update(body).digest();
  const hex = typeof given === 'string' ? /^sha256=([0-9a-f]{64})$/.exec(given)?.[1] : undefined;
  if (hex !== undefined && timingSafeEqual(Buffer.from(hex, 'hex'), wanted)) return;
  throw new AppError('unauthorized', 'The delivery is not signed with the secret of this webhook.');
}

/** The signature covers no time, so the same bytes are taken once. @throws AppError github_replayed */
async function refuseReplay(
  { store, clock }: ApiDeps,
  delivery: { readonly principal: string; readonly key: string },
  request: FastifyRequest,
): Promise<void> {
  const nowMs = clock.now();
  const keyed = { ...delivery, method: 'POST', path: request.url, bodySha256: delivery.key };
  const lease = { holder: randomUUID(), nowMs, leaseUntilMs: nowMs + LEASE_MS, bornAfterMs: nowMs - REPLAY_KEPT_MS };
  const { verdict } = await store.idempotency.begin(keyed, lease);
  if (verdict !== 'run') throw new AppError('github_replayed', 'This delivery was received before.');
}

/** null: the delivery is about nothing that we work on, for example a ping. @throws AppError invalid_input */
function placeOf(body: Buffer): GithubPlace | null {
  const parsed = DeliverySchema.safeParse(parseJson(body));
  if (!parsed.success) return null;
  const { repository, issue, pull_request: pull, comment } = parsed.data;
  const number = issue?.number ?? pull?.number;
  if (number === undefined) return null;
  // Comments on lines of a change have numbers of their own, which the discussion does not know.
  const own = issue === undefined ? null : (comment?.id ?? null);
  return { repository: repository.full_name, number, comment: own };
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    const message = 'is not JSON';
    throw new AppError('invalid_input', `The body ${message}.`, { details: { fields: [{ path: 'body', message }] } });
  }
}

function toQueued({ definition, state }: TaskRow) {
  return { taskId: definition.id, kind: definition.kind, name: definition.name, status: state.status };
}
