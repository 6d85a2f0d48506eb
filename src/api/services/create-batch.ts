/** Creation of a batch: rows, then workflow, then confirmation; whatever is cut short is finished or undone later. */
import { AppError } from '../../contracts/errors.ts';
import { asId } from '../../contracts/ids.ts';
import type { BatchId } from '../../contracts/ids.ts';
import type { BatchHead } from '../../contracts/record.ts';
import type { SettingsOverrides } from '../../contracts/settings.ts';
import type { AgentAccount, BatchState } from '../../contracts/state.ts';
import type { OnFailure } from '../../contracts/vocabulary.ts';
import type { BatchRow, NewBatch, ProjectRow, TaskDefinition } from '../../store/store.ts';
import type { ApiDeps } from '../deps.ts';
import { initialHead, initialState } from './batch-state.ts';
import { findBatch } from './lookup.ts';
import { defineTasks, derivedId, taskIdOf } from './task-definitions.ts';
import type { WantedTask } from './task-definitions.ts';

/** First opening of a batch; raised only when it is opened in another Temporal. */
export const FIRST_EPOCH = 1;
/** Younger ones may be under way in another process. */
const ABANDONED_AFTER_MS = 60_000;
/** As long as a request's key. */
const SEED_COUNTS_MS = 86_400_000;

/** Body of a creation. */
export interface BatchRequest {
  readonly name?: string | undefined;
  readonly tasks: readonly WantedTask[];
  readonly onFailure?: OnFailure | undefined;
  readonly flags?: SettingsOverrides | undefined;
  readonly again?: boolean | undefined;
}

/** Accounts of the agents by project id. */
type Accounts = Pick<BatchState, 'accounts' | 'agents'>;

/** See {@link createBatchCreation}. */
export interface BatchCreation {
  /**
   * Makes an `idle` batch.
   * @param seed what its ids are derived from: the same again finds the batch, for a day. null: new ids
   * @throws AppError as `defineTasks`; invalid_settings, already_queued, temporal_unreachable
   */
  create(request: BatchRequest, seed?: string | null): Promise<BatchRow>;
  /**
   * Makes a batch whose tasks are defined and frozen; that of a task by itself runs at once.
   * @throws AppError invalid_settings, already_queued, temporal_unreachable
   */
  createDefined(batch: NewBatch): Promise<BatchRow>;
  /**
   * Makes an `idle` batch without tasks, on the host of `like` and with its settings; the same command again finds it.
   * @throws AppError temporal_unreachable
   */
  createEmpty(
    like: BatchRow,
    request: { readonly name: string | undefined; readonly commandId: string },
  ): Promise<BatchRow>;
  /**
   * Finishes or undoes creations that were cut short, by asking for their workflows.
   * @param minAgeMs leave younger ones alone; default 60,000
   */
  reconcile(minAgeMs?: number): Promise<void>;
}

/** Creation of batches over store, host door and workflows. */
export function createBatchCreation(deps: ApiDeps): BatchCreation {
  const underWay = new Set<BatchId>();
  const guarded = async (batch: NewBatch, accounts: Accounts): Promise<BatchRow> => {
    underWay.add(batch.id);
    try {
      return await make(deps, batch, accounts);
    } finally {
      underWay.delete(batch.id);
    }
  };
  const createDefined = async (batch: NewBatch): Promise<BatchRow> =>
    await guarded(batch, await accountsOf(deps, batch.tasks, batch.flags));
  return {
    create: async (request, seed = null) => {
      if (seed === null) return await createDefined(await define(deps, request, null));
      const known = await deps.store.batches.get(newBatchIdOf(seed));
      if (known === null) return await createDefined(await define(deps, request, seed));
      if (known.createdAtMs < deps.clock.now() - SEED_COUNTS_MS)
        return await createDefined(await define(deps, request, null));
      if (known.status !== 'creating') return known;
      await deps.store.batches.abandon(known.id);
      return await createDefined(await define(deps, request, seed));
    },
    createDefined,
    createEmpty: async (like, request) => {
      const batch = emptyLike(deps, like, request);
      const known = await deps.store.batches.get(batch.id);
      if (known !== null && known.status !== 'creating') return known;
      if (known !== null) await deps.store.batches.abandon(batch.id);
      return await guarded(batch, accountsIn(like.head));
    },
    reconcile: async (minAgeMs = ABANDONED_AFTER_MS) => {
      const bornBeforeMs = deps.clock.now() - minAgeMs;
      for (const row of await deps.store.batches.creating()) {
        if (row.createdAtMs <= bornBeforeMs && !underWay.has(row.id)) await settle(deps, row);
      }
    },
  };
}

async function define(deps: ApiDeps, request: BatchRequest, seed: string | null): Promise<NewBatch> {
  const flags = request.flags ?? {};
  const { tasks, projects } = await defineTasks(deps, request.tasks, {
    again: request.again === true,
    newTaskId: (index) => (seed === null ? deps.ids.task() : taskIdOf(seed, index)),
  });
  const [first] = projects;
  const onFailure = request.onFailure ?? (await checkSettings(deps, projects, flags));
  const createdAtMs = deps.clock.now();
  return {
    id: seed === null ? deps.ids.batch() : newBatchIdOf(seed),
    name: request.name ?? `${localDay(createdAtMs)} ${first.name}`,
    host: first.host,
    project: first.id,
    epoch: FIRST_EPOCH,
    onFailure,
    // Kept with the flags too, so that an unfinished creation can be finished from its row.
    flags: { ...flags, onFailure },
    createdAtMs,
    tasks,
  };
}

function emptyLike(
  deps: ApiDeps,
  like: BatchRow,
  { name, commandId }: { readonly name: string | undefined; readonly commandId: string },
): NewBatch {
  const { host, project, flags } = like;
  const createdAtMs = deps.clock.now();
  const onFailure = like.head?.onFailure ?? flags.onFailure ?? 'continue';
  const id = newBatchIdOf(commandId);
  const ownFlags = { ...flags, onFailure };
  const own = { id, name: name ?? `${like.name} (2)`, epoch: FIRST_EPOCH, onFailure, flags: ownFlags, createdAtMs };
  return { ...own, host, project, tasks: [] };
}

/** Id of the batch that a command makes: the same for a repeated command, so that nothing is made twice. */
export function newBatchIdOf(commandId: string): BatchId {
  return asId('batch', `b_${derivedId(commandId)}`);
}

/** Settings with mistakes are refused in the evening and not found out in the night. */
async function checkSettings(
  deps: ApiDeps,
  projects: readonly [ProjectRow, ...ProjectRow[]],
  flags: SettingsOverrides,
): Promise<OnFailure> {
  const [first, ...others] = await Promise.all(
    projects.map((project) => deps.door.configuration(project.path, { dashboard: project.settings, flags })),
  );
  if (first === undefined) throw new AppError('internal', `None of ${1 + others.length} projects was configured.`);
  return first.settings.onFailure;
}

async function make(deps: ApiDeps, batch: NewBatch, accounts: Accounts): Promise<BatchRow> {
  await deps.store.batches.create(batch);
  const state = initialState({ batch, installation: deps.installation, ...accounts });
  try {
    await deps.batches.startWorkflow(state);
  } catch (error) {
    if (!(await workflowExists(deps, batch.id))) throw error;
  }
  await confirm(deps, batch, accounts);
  return await findBatch(deps.store, batch.id);
}

/** After a start that failed. Undoes the rows if there is certainly no workflow; if nobody can say, they stay. */
async function workflowExists(deps: ApiDeps, id: BatchId): Promise<boolean> {
  try {
    if ((await deps.batches.exists(id)) !== 'unknown') return true;
  } catch (err) {
    deps.logger.warn({ err, batch: id }, 'a creation is unfinished; it is settled when Temporal answers');
    return false;
  }
  await deps.store.batches.abandon(id);
  return false;
}

async function settle(deps: ApiDeps, row: BatchRow): Promise<void> {
  try {
    if ((await deps.batches.exists(row.id)) === 'unknown') await deps.store.batches.abandon(row.id);
    else await confirm(deps, row, await accountsOf(deps, await definitionsOf(deps, row), row.flags));
    deps.logger.info({ batch: row.id }, 'settled an unfinished creation');
  } catch (err) {
    deps.logger.warn({ err, batch: row.id }, 'cannot settle an unfinished creation yet');
  }
}

async function confirm(deps: ApiDeps, batch: NewBatch | BatchRow, accounts: Accounts): Promise<void> {
  await deps.store.batches.confirm(batch.id, initialHead({ batch, installation: deps.installation, ...accounts }));
  await deps.store.events.append([
    {
      id: `${batch.id}:created`,
      type: 'batch.created',
      atMs: batch.createdAtMs,
      batch: batch.id,
      task: null,
      data: { name: batch.name },
    },
  ]);
}

/** The machine's day, as a person would name the night's batch. */
function localDay(ms: number): string {
  const date = new Date(ms);
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

async function definitionsOf(deps: ApiDeps, row: BatchRow): Promise<TaskDefinition[]> {
  return (await deps.store.tasks.ofBatch(row.id)).map((task) => task.definition);
}

function accountsIn(head: BatchHead | null): Accounts {
  const { accounts = {}, agents } = head ?? {};
  return agents === undefined ? { accounts } : { accounts, agents };
}

/** Accounts of the agents in each project: their limits are shared by all batches of that account. */
async function accountsOf(
  deps: ApiDeps,
  tasks: readonly TaskDefinition[],
  flags: SettingsOverrides,
): Promise<Accounts> {
  const accounts: Record<string, string> = {};
  const agents: Record<string, readonly AgentAccount[]> = {};
  for (const id of new Set(tasks.map((task) => task.project))) {
    const project = await deps.store.projects.get(id);
    if (project === null) continue;
    const { settings } = await deps.door.configuration(project.path, { dashboard: project.settings, flags });
    const known = await deps.door.accounts(settings);
    accounts[id] = known[0]?.account ?? '';
    if (known.length > 1) agents[id] = known;
  }
  return Object.keys(agents).length === 0 ? { accounts } : { accounts, agents };
}
