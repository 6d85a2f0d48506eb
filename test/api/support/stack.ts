/** A real API over a real store in a directory of its own; only host and workflows are stand-ins. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { expect } from 'vitest';
import { buildApi } from '../../../src/api/build-api.ts';
import { asId } from '../../../src/contracts/ids.ts';
import { ProblemSchema } from '../../../src/contracts/views.ts';
import type { BatchView, Problem, ProjectView, Status } from '../../../src/contracts/views.ts';
import { BatchViewSchema, ProjectViewSchema } from '../../../src/contracts/views.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { NEW_IDS } from '../../../src/platform/ids.ts';
import { silentLogger } from '../../../src/platform/logger.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/store.ts';
import type { LanesState } from '../../../src/domain/lanes.ts';
import { newLanes, setLimits } from '../../../src/domain/lanes.ts';
import { webhookSender } from '../../../src/main/webhooks.ts';
import { MemoryBatches } from './memory-batches.ts';
import { createMemoryDoor } from './memory-door.ts';
import type { MemoryDoor } from './memory-door.ts';

export const WEBHOOK_SECRET = 'webhook-secret-of-the-tests';
export const TOKEN = 'secret-token-of-the-tests';

export interface Stack {
  readonly app: FastifyInstance;
  readonly store: Store;
  /** The database. */
  readonly file: string;
  readonly door: MemoryDoor;
  readonly batches: MemoryBatches;
  /** What the lanes workflow would say; null: it was never started. */
  lanes: LanesState | null;
  /** What every call to the lanes throws; null: nothing. */
  lanesFailure: Error | null;
  /** What the host worker answers when it is asked what it measures; null: it is down. */
  hostMetrics: string | null;
  /** What the status says. */
  readonly checks: Status['checks'];
  /** Listens on a free port; the address. */
  listen(): Promise<string>;
  send(method: Method, url: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** A project with these requirements. */
  project(path: string, ...requirements: string[]): Promise<ProjectView>;
  batch(project: ProjectView, ...names: string[]): Promise<BatchView>;
  close(): Promise<void>;
}
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/**
 * @param prepare runs before the API is built: what an earlier one left behind
 * @param parent of its directory
 */
export async function startStack(
  prepare?: (store: Store, batches: MemoryBatches) => Promise<void>,
  parent = tmpdir(),
): Promise<Stack> {
  const folder = await mkdtemp(join(parent, 'nightloom-api-'));
  const file = join(folder, 'nightloom.db');
  const store = await openStore({ file });
  const door = createMemoryDoor();
  const batches = new MemoryBatches(store);
  await prepare?.(store, batches);
  const [host, installation] = [asId('host', 'laptop-ab12'), asId('installation', 'i_aaaaaaaaaa')];
  const failing: { lanes: Error | null } = { lanes: null };
  const measured: { byHost: string | null } = { byHost: null };
  const checks: Stack['checks'] = [];
  const held: { lanes: LanesState | null } = { lanes: null };
  const app = await buildApi({
    store,
    door,
    batches,
    lanes: {
      state: async () => {
        if (failing.lanes !== null) throw failing.lanes;
        return held.lanes;
      },
      setLimits: async (_host, limits) => {
        if (failing.lanes !== null) throw failing.lanes;
        held.lanes ??= newLanes(installation, host);
        setLimits(held.lanes, limits);
        return held.lanes.limit;
      },
    },
    webhooks: webhookSender({
      secret: 'ab'.repeat(32),
      environment: { webhookHosts: ['127.0.0.1'] },
      clock: systemClock,
    }),
    clock: systemClock,
    ids: NEW_IDS,
    logger: silentLogger,
    token: TOKEN,
    allowedHosts: ['localhost', '127.0.0.1'],
    host,
    installation,
    version: '1.2.3',
    githubWebhookSecret: WEBHOOK_SECRET,
    hostMetrics: async () => measured.byHost,
    status: async () => ({
      healthy: true,
      url: null,
      pid: 1,
      processes: [],
      temporalAddress: null,
      temporalPid: null,
      temporalUiUrl: null,
      home: '/home',
      version: '1.2.3',
      installation: null,
      host: null,
      checks,
      running: 0,
      openBatches: 0,
    }),
  });
  await app.ready();
  const send: Stack['send'] = async (method, url, body, headers = {}) => {
    const response = await app.inject({
      method,
      url,
      headers: {
        host: 'localhost',
        authorization: `Bearer ${TOKEN}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    });
    return { status: response.statusCode, headers: response.headers, body: response.json() };
  };
  return {
    app,
    store,
    file,
    door,
    batches,
    checks,
    get hostMetrics() {
      return measured.byHost;
    },
    set hostMetrics(text) {
      measured.byHost = text;
    },
    get lanes() {
      return held.lanes;
    },
    set lanes(state) {
      held.lanes = state;
    },
    get lanesFailure() {
      return failing.lanes;
    },
    set lanesFailure(error) {
      failing.lanes = error;
    },
    send,
    listen: () => app.listen({ port: 0, host: '127.0.0.1' }),
    project: async (path, ...requirements) => {
      door.requirements.set(path, new Map(requirements.map((name) => [name, `# ${name}`])));
      const answer = await send('POST', '/api/projects', { path });
      expect(answer.status).toBe(201);
      return ProjectViewSchema.parse(answer.body);
    },
    batch: async (project, ...names) => {
      const tasks = names.map((requirementName) => ({ projectId: project.id, requirementName }));
      const answer = await send('POST', '/api/batches', { tasks });
      expect(answer.body).toMatchObject({ status: 'idle' });
      return BatchViewSchema.parse(answer.body);
    },
    close: async () => {
      await app.close();
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The answer as a problem; fails if it is none. */
export function problemOf(answer: Answer): Problem {
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  const problem = ProblemSchema.parse(answer.body);
  expect(problem.status).toBe(answer.status);
  return problem;
}
