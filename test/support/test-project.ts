/** A project of a test installation: a repository of its own, and batches of its requirements. */
import { createHash } from 'node:crypto';
import type { TaskToFreeze } from '../../src/contracts/host-door-kinds.ts';
import { soloBatchOf } from '../../src/contracts/ids.ts';
import type { BatchId, ProjectId, TaskId } from '../../src/contracts/ids.ts';
import type { SettingsOverrides } from '../../src/contracts/settings.ts';
import type { TaskState } from '../../src/contracts/state.ts';
import type { OnFailure } from '../../src/contracts/vocabulary.ts';
import { RANK_STEP } from '../../src/domain/batch-state.ts';
import { newBatchState } from '../../src/domain/new-batch.ts';
import { freezeTask } from '../../src/host/kinds/frozen-task.ts';
import { freezeRequirement } from '../../src/host/requirements/freeze.ts';
import type { HostContext } from '../../src/host/tasks/host-context.ts';
import { newId } from '../../src/platform/ids.ts';
import type { Store, TaskDefinition } from '../../src/store/store.ts';
import type { BatchClient } from '../../src/temporal/batches.ts';
import { makeRepository } from './git-repository.ts';
import type { TestRepository } from './git-repository.ts';

/** A batch and its tasks, in order. */
export interface TestBatch {
  readonly batch: BatchId;
  readonly tasks: TaskId[];
}

/** A registered repository. */
export interface TestProject {
  readonly id: ProjectId;
  readonly repository: TestRepository;
  /** Trusts `nightloom.config.json` as it is now; done at the registration too. */
  trust(): Promise<void>;
  /** Queues these (names of files in `.claude/commands`, or kinds with parameters) and makes their batch; it is idle. */
  createBatch(
    requirements: readonly (string | TaskToFreeze)[],
    flags?: SettingsOverrides,
    onFailure?: OnFailure,
    name?: string,
    isSolo?: boolean,
  ): Promise<TestBatch>;
  /** Freezes requirements and writes their rows into an existing batch; what the update `addTasks` needs. */
  defineTasks(batch: BatchId, requirements: readonly string[]): Promise<TaskState[]>;
}

/** What a project belongs to. */
export interface TestProjectHome {
  readonly store: Store;
  readonly batches: BatchClient;
  readonly context: HostContext;
}

/** Makes the repository and registers it. */
export async function makeTestProject(
  home: TestProjectHome,
  files: Readonly<Record<string, string>>,
): Promise<TestProject> {
  const { store, batches, context } = home;
  const { installation, host } = context;
  const repository = await makeRepository(files);
  const id = newId('project');
  await store.projects.add({
    id,
    name: `test-${id}`,
    path: repository.directory,
    host,
    settings: {},
    trustedSha256: null,
    createdAtMs: Date.now(),
  });
  const trust = async (): Promise<void> => {
    const text = await repository.read('nightloom.config.json');
    await store.projects.setTrusted(id, text === null ? null : createHash('sha256').update(text).digest('hex'));
  };
  await trust();

  const define = async (wanted: string | TaskToFreeze): Promise<TaskDefinition> => {
    if (typeof wanted !== 'string') {
      const frozenTask = await freezeTask(context.paths.inputs, wanted);
      return { id: newId('task'), project: id, ...frozenTask, name: wanted.kind, title: wanted.kind };
    }
    const name = wanted;
    const frozen = await freezeRequirement(repository.directory, name, context.paths.inputs);
    const { title, sha256 } = frozen;
    return { id: newId('task'), project: id, kind: 'requirement', name, title, sha256, params: {} };
  };
  const toStates = (tasks: readonly TaskDefinition[], first: number): TaskState[] =>
    tasks.map((task, index) => ({
      id: task.id,
      name: task.name,
      ...(task.kind === 'requirement' ? {} : { kind: task.kind }),
      status: 'idle',
      rank: (first + index) * RANK_STEP,
    }));

  return {
    id,
    repository,
    trust,
    createBatch: async (requirements, flags = {}, onFailure = 'continue', name = 'night', isSolo = false) => {
      const tasks: TaskDefinition[] = [];
      for (const requirement of requirements) tasks.push(await define(requirement));
      const [first] = tasks;
      const batch = isSolo && first !== undefined ? soloBatchOf(first.id) : newId('batch');
      const merged = { ...flags, agent: { name: 'scripted' as const, ...flags.agent } };
      const common = { name, host, project: id, epoch: 1, onFailure };
      await store.batches.create({ ...common, id: batch, flags: merged, createdAtMs: Date.now(), tasks });
      const state = newBatchState({
        ...common,
        accounts: { [id]: 'scripted' },
        installation,
        batch,
        tasks: toStates(tasks, 0),
      });
      await batches.startWorkflow(state, { summary: 'test', details: '' });
      const { tasks: _tasks, details: _details, ...head } = state;
      await store.batches.confirm(batch, head);
      return { batch, tasks: tasks.map((task) => task.id) };
    },
    defineTasks: async (batch, requirements) => {
      const present = await store.tasks.ofBatch(batch);
      const tasks: TaskDefinition[] = [];
      for (const requirement of requirements) tasks.push(await define(requirement));
      const firstRank = (present.at(-1)?.state.rank ?? -RANK_STEP) + RANK_STEP;
      await store.batches.addTasks(batch, tasks, firstRank, Date.now());
      return toStates(tasks, firstRank / RANK_STEP);
    },
  };
}
