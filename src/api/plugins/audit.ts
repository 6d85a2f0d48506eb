/**
 * A row in the audit for every change: written before it is made, so that there is none without, and completed with its
 * answer. Who is refused at the door has none: anybody on the machine could fill the disk.
 */
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { routes } from '../../contracts/http.ts';
import { isId } from '../../contracts/ids.ts';
import type { InstallationId } from '../../contracts/ids.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logger.ts';
import { readSettings } from '../../store/installation-settings.ts';
import type { Store } from '../../store/store.ts';
import { sessionSecret } from './session-cookie.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** See `Route.readOnly`. */
    readOnly?: boolean;
  }
}

const CHANGES: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
const DAY_MS = 86_400_000;
const PURGE_EVERY_MS = 3_600_000;
const MAX_SUBJECTS = 50;
const MAX_SUBJECT_LENGTH = 200;
/** Ids are not deeper than this in any body of ours. */
const MAX_DEPTH = 6;
const ID_KINDS = ['project', 'batch', 'task', 'webhook'] as const;

/** What the plugin works with. */
export interface AuditOptions {
  readonly store: Pick<Store, 'audit' | 'settings'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
  readonly installation: InstallationId;
}

interface Begun {
  readonly number: number;
  readonly subjects: Set<string>;
}

/** Registers the hooks; every answer carries its request's id. */
export function installAudit(app: FastifyInstance, { store, clock, logger, installation }: AuditOptions): void {
  const begun = new WeakMap<FastifyRequest, Begun>();
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', request.id);
  });
  app.addHook('preHandler', async (request) => {
    if (!isChange(request)) return;
    const subjects = subjectsOf(request);
    const { method, ip: address, id } = request;
    const number = await store.audit.begin({
      atMs: clock.now(),
      who: whoAsks(request, installation),
      address,
      method,
      route: request.routeOptions.url ?? '',
      subjects: [...subjects],
      request: id,
    });
    begun.set(request, { number, subjects });
  });
  app.addHook('preSerialization', async (request, _reply, payload: unknown) => {
    const entry = begun.get(request);
    if (entry !== undefined) addMade(entry.subjects, payload);
    return payload;
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const entry = begun.get(request);
    if (entry === undefined) return payload;
    begun.delete(request);
    const { statusCode: status } = reply;
    const end = { status, code: codeOf(reply, payload), subjects: [...entry.subjects], atMs: clock.now() };
    // What was done is done: the caller is told, and the row says that somebody began it.
    await store.audit.end(entry.number, end).catch((err: unknown) => {
      logger.error({ err, requestId: request.id }, 'the audit does not know how a change ended');
    });
    return payload;
  });
  purgeHourly(app, { store, clock, logger });
}

function purgeHourly(app: FastifyInstance, { store, clock, logger }: Omit<AuditOptions, 'installation'>): void {
  const purge = async (): Promise<void> => {
    const { settings } = await readSettings(store.settings);
    await store.audit.purge(clock.now() - settings.retention.auditDays * DAY_MS);
  };
  const timer = setInterval(() => {
    void purge().catch((err: unknown) => logger.warn({ err }, 'the audit is not purged'));
  }, PURGE_EVERY_MS);
  timer.unref();
  app.addHook('onClose', async () => clearInterval(timer));
}

function isChange(request: FastifyRequest): boolean {
  return CHANGES.has(request.method) && !request.is404 && request.routeOptions.config.readOnly !== true;
}

/** Whoever comes here was let in, but for logins, which nothing was asked of. A session's digest opens nothing. */
function whoAsks(request: FastifyRequest, installation: InstallationId): string {
  const isUnchecked = request.routeOptions.url === routes.openSession.path;
  if (request.headers.authorization !== undefined && !isUnchecked) return 'token';
  const secret = sessionSecret(request, installation);
  if (secret === null || (isUnchecked && request.method === 'POST')) return 'nobody';
  return `session:${createHash('sha256').update(secret).digest('hex').slice(0, 12)}`;
}

/** Values of the path, and ids in the body: nothing else of a body is kept. */
function subjectsOf(request: FastifyRequest): Set<string> {
  const subjects = new Set<string>();
  const params: Readonly<Record<string, unknown>> = Object(request.params);
  for (const value of Object.values(params)) add(subjects, String(value));
  addIds(subjects, request.body, 0);
  return subjects;
}

function addIds(subjects: Set<string>, value: unknown, depth: number): void {
  if (typeof value === 'string') {
    if (ID_KINDS.some((kind) => isId(kind, value))) add(subjects, value);
    return;
  }
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return;
  for (const member of Object.values(value)) {
    if (subjects.size >= MAX_SUBJECTS) return;
    addIds(subjects, member, depth + 1);
  }
}

/** The id of what an answer shows: it may have been made by the request. */
function addMade(subjects: Set<string>, answer: unknown): void {
  if (typeof answer !== 'object' || answer === null || !('id' in answer)) return;
  if (typeof answer.id === 'string') add(subjects, answer.id);
}

function add(subjects: Set<string>, text: string): void {
  if (subjects.size < MAX_SUBJECTS) subjects.add(text.slice(0, MAX_SUBJECT_LENGTH));
}

function codeOf(reply: FastifyReply, payload: unknown): string | null {
  if (reply.statusCode < 400 || typeof payload !== 'string') return null;
  const problem: unknown = JSON.parse(payload);
  const { code }: { code?: unknown } = Object(problem);
  return typeof code === 'string' ? code : null;
}
