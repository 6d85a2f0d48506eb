/** A whole installation in one process, without API: store, workers, projects. Real server, real git, real processes. */
import { createGlances } from '../../src/host/git/glances.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BatchId } from '../../src/contracts/ids.ts';
import type { BatchState, CommandAnswer } from '../../src/contracts/state.ts';
import type { Command } from '../../src/domain/commands.ts';
import type { HostContext } from '../../src/host/tasks/host-context.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { readEnvironment } from '../../src/platform/environment.ts';
import { newHostId, newId } from '../../src/platform/ids.ts';
import { silentLogger } from '../../src/platform/logger.ts';
import { createMasker } from '../../src/platform/masking.ts';
import { ensureStateDirectory } from '../../src/platform/paths.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import type { BatchUpdateName, CommandOf, UpdateOutcome } from '../../src/temporal/batch-updates.ts';
import { createBatchClient } from '../../src/temporal/batches.ts';
import type { BatchClient } from '../../src/temporal/batches.ts';
import { connectTemporal, embeddedTemporalConfig } from '../../src/temporal/connection.ts';
import type { TemporalClient } from '../../src/temporal/connection.ts';
import { connectWorker } from '../../src/temporal/worker-connection.ts';
import { installRuntime } from '../../src/worker/runtime.ts';
import type { TestRepository } from './git-repository.ts';
import { makeTestProject } from './test-project.ts';
import type { TestProject } from './test-project.ts';
import { testWorkers } from './test-workers.ts';
import type { TestWorker } from './test-workers.ts';

/** What a test works with. `createBatch` and `repository` are those of the first project. */
export interface TestInstallation extends Pick<TestProject, 'createBatch'> {
  readonly home: string;
  readonly repository: TestRepository;
  readonly store: Store;
  readonly batches: BatchClient;
  readonly temporal: TemporalClient;
  readonly context: HostContext;
  readonly workers: { readonly control: TestWorker; readonly host: TestWorker };
  /** Another project with a repository of its own, holding `files`. */
  project(files: Readonly<Record<string, string>>): Promise<TestProject>;
  /** Sends a command without a payload with the next number. */
  command(batch: BatchId, name: 'start' | 'resume' | 'cancel' | 'skipWait'): Promise<UpdateOutcome>;
  pause(batch: BatchId, now: boolean): Promise<UpdateOutcome>;
  /** Sends any command with the next number; the answer. @throws AppError as `BatchClient.update`; Error when closed */
  send<Name extends BatchUpdateName>(
    batch: BatchId,
    name: Name,
    build: (command: Command) => CommandOf<Name> & Command,
  ): Promise<CommandAnswer>;
  /** The number that the next command gets, and an id for it: for commands that are sent late or twice. */
  begin(batch: BatchId, type: string): Promise<{ commandId: string; number: number }>;
  /** Waits until the recorded state satisfies `isTrue`; fails after `timeoutMs` with the state it saw last. */
  until(batch: BatchId, isTrue: (state: BatchState) => boolean, timeoutMs?: number): Promise<BatchState>;
  stop(): Promise<void>;
}

/** A requirement file for the scripted agent. */
export function script(title: string, ...lines: string[]): string {
  return [`# ${title}`, '', '```script', ...lines, '```', ''].join('\n');
}

/** Path of a requirement in its repository. */
export function requirementFile(name: string): string {
  return `.claude/commands/${name}.md`;
}

/** Starts an installation against the run's Temporal server; `environment` is more of the host worker's. */
export async function startInstallation(
  temporalAddress: string,
  files: Readonly<Record<string, string>>,
  options: {
    readonly cachedWorkflows?: number;
    readonly commandTimeoutMs?: number;
    /** How long `until` waits where it is not told; default 30 s. */
    readonly untilTimeoutMs?: number;
    readonly environment?: Readonly<Record<string, string>>;
  } = {},
): Promise<TestInstallation> {
  installRuntime(silentLogger);
  const root = await mkdtemp(join(tmpdir(), 'nightloom-test-'));
  const home = join(root, 'home');
  const paths = await ensureStateDirectory(home);
  const store = await openStore({ file: paths.database });
  const context = hostContext(root, paths, options.environment ?? {});

  const config = embeddedTemporalConfig(temporalAddress, { temporalNamespace: null });
  const temporal = connectTemporal(config);
  const connection = await connectWorker(config, 10_000);
  const workers = testWorkers({
    connection,
    namespace: config.namespace,
    context,
    store,
    client: temporal.client,
    cachedWorkflows: options.cachedWorkflows,
  });
  await Promise.all([workers.control.start(), workers.host.start()]);

  const batches = createBatchClient({
    client: temporal.client,
    installation: context.installation,
    ...(options.commandTimeoutMs === undefined ? {} : { timeoutMs: options.commandTimeoutMs }),
  });
  const projects: TestProject[] = [];
  const project: TestInstallation['project'] = async (content) => {
    const made = await makeTestProject({ store, batches, context }, content);
    projects.push(made);
    return made;
  };
  const { createBatch, repository } = await project(files);

  const begin: TestInstallation['begin'] = async (batch, type) => {
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
    workers,
    createBatch,
    project,
    begin,
    command: async (batch, name) => await batches.update(batch, name, await begin(batch, name)),
    pause: async (batch, now) => await batches.update(batch, 'pause', { ...(await begin(batch, 'pause')), now }),
    send: async (batch, name, build) => {
      const outcome = await batches.update(batch, name, build(await begin(batch, name)));
      if (outcome.kind === 'closed') throw new Error(`The workflow of ${batch} has ended.`);
      return outcome.answer;
    },
    until: (batch, isTrue, timeoutMs = options.untilTimeoutMs ?? 30_000) => until(store, batch, isTrue, timeoutMs),
    stop: async () => {
      await Promise.all([workers.control.stop(), workers.host.stop()]);
      await connection.close();
      await temporal.close();
      await store.close();
      for (const { repository: each } of projects) await each.remove();
      await rm(root, { recursive: true, force: true });
    },
  };
}

function hostContext(
  root: string,
  paths: HostContext['paths'],
  environment: Readonly<Record<string, string>>,
): HostContext {
  return {
    paths,
    environment: readEnvironment({
      PATH: readEnvironment().path,
      HOME: root,
      NIGHTLOOM_SCRIPTED_STATE: join(root, 'scripted'),
      ...environment,
    }),
    installation: newId('installation'),
    host: newHostId('test'),
    secret: 'a'.repeat(64),
    clock: systemClock,
    logger: silentLogger,
    masker: createMasker([]),
    glances: createGlances(),
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
