/** A whole installation in one process, without API: store, workers, a project. Each test owns one. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NativeConnection } from '@temporalio/worker';
import { createControlActivities } from '../../src/activities/control/create-control-activities.ts';
import { createHostActivities } from '../../src/activities/host/create-host-activities.ts';
import { asId } from '../../src/contracts/ids.ts';
import type { BatchId, TaskId } from '../../src/contracts/ids.ts';
import type { SettingsOverrides } from '../../src/contracts/settings.ts';
import type { BatchState } from '../../src/contracts/state.ts';
import { RANK_STEP } from '../../src/domain/batch-state.ts';
import { newBatchState } from '../../src/domain/new-batch.ts';
import { freezeRequirement } from '../../src/host/requirements/freeze.ts';
import type { HostContext } from '../../src/host/tasks/host-context.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { readEnvironment } from '../../src/platform/environment.ts';
import { newHostId, newId } from '../../src/platform/ids.ts';
import { silentLogger } from '../../src/platform/logger.ts';
import { createMasker } from '../../src/platform/masking.ts';
import { ensureStateDirectory } from '../../src/platform/paths.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { createBatchClient } from '../../src/temporal/batches.ts';
import type { BatchClient } from '../../src/temporal/batches.ts';
import { connectTemporal, embeddedTemporalConfig } from '../../src/temporal/connection.ts';
import type { TemporalClient } from '../../src/temporal/connection.ts';
import { connectWorker } from '../../src/temporal/worker-connection.ts';
import { createControlWorker } from '../../src/worker/control-worker.ts';
import { createHostWorker } from '../../src/worker/host-worker.ts';
import { runWorker } from '../../src/worker/run-worker.ts';
import { workflowBundlePath } from '../../src/worker/workflow-bundle.ts';
import { makeRepository } from './git-repository.ts';
import type { TestRepository } from './git-repository.ts';

/** What a test works with. */
export interface TestInstallation {
  readonly home: string;
  readonly repository: TestRepository;
  readonly store: Store;
  readonly batches: BatchClient;
  readonly temporal: TemporalClient;
  readonly context: HostContext;
  /** Queues these requirements (names of files in `.claude/commands`) and makes their batch; it is idle. */
  createBatch(
    requirements: readonly string[],
    flags?: SettingsOverrides,
    onFailure?: 'continue' | 'stop' | 'pause',
  ): Promise<{ batch: BatchId; tasks: TaskId[] }>;
  /** Sends a command with the next number. */
  command(batch: BatchId, name: 'start' | 'resume' | 'cancel' | 'skipWait'): Promise<unknown>;
  pause(batch: BatchId, now: boolean): Promise<unknown>;
  /** Waits until the recorded state satisfies `isTrue`; fails after `timeoutMs` with the state it saw last. */
  until(batch: BatchId, isTrue: (state: BatchState) => boolean, timeoutMs?: number): Promise<BatchState>;
  stop(): Promise<void>;
}

/** A requirement file for the scripted agent. */
export function script(title: string, ...lines: string[]): string {
  return [`# ${title}`, '', '```script', ...lines, '```', ''].join('\n');
}

/** Starts an installation against the run's Temporal server. */
export async function startInstallation(
  temporalAddress: string,
  files: Readonly<Record<string, string>>,
): Promise<TestInstallation> {
  const root = await mkdtemp(join(tmpdir(), 'nightloom-test-'));
  const home = join(root, 'home');
  const paths = await ensureStateDirectory(home);
  const repository = await makeRepository(files);
  const store = await openStore({ file: paths.database });
  const installation = newId('installation');
  const host = newHostId('test');
  const secret = 'a'.repeat(64);
  const environment = readEnvironment({
    PATH: readEnvironment().path,
    HOME: root,
    NIGHTLOOM_SCRIPTED_STATE: join(root, 'scripted'),
  });
  const context: HostContext = {
    paths,
    environment,
    installation,
    host,
    secret,
    clock: systemClock,
    logger: silentLogger,
    masker: createMasker([]),
  };

  const config = embeddedTemporalConfig(temporalAddress, { temporalNamespace: null });
  const temporal = connectTemporal(config);
  const connection: NativeConnection = await connectWorker(config, 10_000);
  const stopping = new AbortController();
  const { namespace } = config;
  const control = await createControlWorker({
    connection,
    namespace,
    installation,
    bundlePath: await workflowBundlePath(),
    activities: { ...createControlActivities({ store, clock: systemClock, installation, secret }) },
  });
  const hostWorker = await createHostWorker({
    connection,
    namespace,
    installation,
    host,
    activities: { ...createHostActivities(context) },
  });
  const running = Promise.all([
    runWorker(control, stopping.signal, silentLogger),
    runWorker(hostWorker, stopping.signal, silentLogger),
  ]);

  const batches = createBatchClient({ client: temporal.client, installation });
  const project = newId('project');
  await store.projects.add({
    id: project,
    name: 'test',
    path: repository.directory,
    host,
    settings: {},
    trustedSha256: null,
    createdAtMs: Date.now(),
  });

  const createBatch: TestInstallation['createBatch'] = async (requirements, flags = {}, onFailure = 'continue') => {
    const batch = newId('batch');
    const tasks = await Promise.all(
      requirements.map(async (name) => {
        const frozen = await freezeRequirement(repository.directory, name, paths.inputs);
        return {
          id: newId('task'),
          project,
          kind: 'requirement' as const,
          name,
          title: frozen.title,
          sha256: frozen.sha256,
          params: {},
        };
      }),
    );
    const merged = { ...flags, agent: { name: 'scripted' as const, ...flags.agent } };
    const createdAtMs = Date.now();
    await store.batches.create({
      id: batch,
      name: 'night',
      host,
      project,
      epoch: 1,
      onFailure,
      flags: merged,
      createdAtMs,
      tasks,
    });
    const state = newBatchState({
      installation,
      batch,
      host,
      project,
      epoch: 1,
      name: 'night',
      onFailure,
      tasks: tasks.map((task, index) => ({ id: task.id, name: task.name, status: 'queued', rank: index * RANK_STEP })),
    });
    await batches.startWorkflow(state, { summary: 'test', details: '' });
    const { tasks: _tasks, details: _details, ...head } = state;
    await store.batches.confirm(batch, head);
    return { batch, tasks: tasks.map((task) => task.id) };
  };

  const begin = async (batch: BatchId, type: string) => {
    const commandId = newId('task');
    const { number } = await store.commands.begin({ id: commandId, batch, type, atMs: Date.now() });
    return { commandId, number };
  };

  return {
    home,
    repository,
    store,
    batches,
    temporal,
    context,
    createBatch,
    command: async (batch, name) => await batches.update(batch, name, await begin(batch, name)),
    pause: async (batch, now) => await batches.update(batch, 'pause', { ...(await begin(batch, 'pause')), now }),
    until: (batch, isTrue, timeoutMs = 30_000) => until(store, asId('batch', batch), isTrue, timeoutMs),
    stop: async () => {
      stopping.abort();
      await running;
      await connection.close();
      await temporal.close();
      await store.close();
      await repository.remove();
      await rm(root, { recursive: true, force: true });
    },
  };
}

async function until(
  store: Store,
  batch: BatchId,
  isTrue: (state: BatchState) => boolean,
  timeoutMs: number,
): Promise<BatchState> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const state = await store.batches.state(batch);
    if (state !== null && isTrue(state)) return state;
    if (performance.now() > deadline)
      throw new Error(`Not within ${timeoutMs} ms. Last seen: ${JSON.stringify(state, null, 1)}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
