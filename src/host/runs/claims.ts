/**
 * Task claims: the last fence against doing a task twice, on the host's own disk and independent of Temporal.
 * All decisions are synchronous, so that within the one host worker of a state directory nothing comes between.
 */
import { createHash } from 'node:crypto';
import { linkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../contracts/errors.ts';
import { isId } from '../../contracts/ids.ts';
import type { BatchId, ProjectId, TaskId } from '../../contracts/ids.ts';
import { traitsOf } from '../../contracts/kinds.ts';
import type { WorkOrder } from '../../contracts/order.ts';
import { systemClock } from '../../platform/clock.ts';
import type { StatePaths } from '../../platform/paths.ts';
import { isAlive, ownIdentity } from './process-table.ts';
import type { ProcessIdentity } from './process-table.ts';
import {
  errorCode,
  isRecord,
  listSteps,
  makePrivateDirectory,
  readJson,
  readTextIfAny,
  runDirectory,
  writeJson,
} from './run-directory.ts';
import { inspectRunNow, isOver } from './status.ts';
import { sealRun } from './terminate.ts';

/** Who wants to do, does or did a task. */
export interface ClaimHolder {
  readonly task: TaskId;
  readonly batch: BatchId;
  readonly epoch: number;
  readonly attempt: number;
}

/** A claim as it lies on disk; `done` is the commit's sha once there is one (empty where nothing is committed). */
export interface TaskClaim extends ClaimHolder {
  readonly done: string | null;
  /** Process that took it, and when (milliseconds since 1970). */
  readonly by: ProcessIdentity;
  readonly since: number;
}

/** `done`: this very task was finished before, with that commit. */
export type ClaimResult = { readonly result: 'acquired' } | { readonly result: 'done'; readonly sha: string };

const FIRST_RUN_WITHIN_MS = 30_000;

type ClaimPaths = Pick<StatePaths, 'claims' | 'runs'>;

/**
 * Key under which an order's task is claimed; safe as a file name. A requirement is claimed whatever task works on it,
 * everything else by the task itself.
 */
export function claimKeyOf(order: Pick<WorkOrder, 'kind' | 'project' | 'task' | 'input'>): string {
  const { deletesRequirement } = traitsOf(order.kind);
  return deletesRequirement ? requirementClaimKey(order.project, order.input.name) : order.task;
}

/** Key of a requirement of a project; safe as a file name. */
export function requirementClaimKey(project: ProjectId, requirement: string): string {
  return createHash('sha256').update(`${project}\0${requirement}`).digest('hex');
}

/**
 * Takes the claim `key` for `wanted`, in this order of rules: a task that is done answers `done`; a lower epoch than
 * the holder's is refused; the same batch and task may enter again with the same or a later attempt (fence the earlier
 * one first); anybody else only when no run of the holder can be alive any more.
 * @throws AppError already_claimed, with the holder in its details
 */
export function acquireClaim(paths: ClaimPaths, key: string, wanted: ClaimHolder): ClaimResult {
  makePrivateDirectory(paths.claims);
  if (createClaim(paths, key, wanted)) return { result: 'acquired' };
  const holder = readClaim(paths, key);
  if (holder === null) throw unreadable(key);
  if (holder.done !== null && holder.task === wanted.task) return { result: 'done', sha: holder.done };
  if (wanted.epoch < holder.epoch) throw refused(holder, 'the batch was opened again elsewhere');
  const same = holder.task === wanted.task && holder.batch === wanted.batch;
  if (same && wanted.attempt < holder.attempt) throw refused(holder, 'a later attempt holds it');
  if (!same && holder.done === null) assertRunsOver(paths, holder);
  writeJson(claimFile(paths, key), claimOf(wanted, null));
  return { result: 'acquired' };
}

/** The claim `key`; null when there is none or it cannot be read. */
export function readClaim(paths: Pick<StatePaths, 'claims'>, key: string): TaskClaim | null {
  const value = readJson(claimFile(paths, key));
  if (!isRecord(value)) return null;
  const { task, batch, epoch, attempt, done, by, since } = value;
  if (typeof task !== 'string' || !isId('task', task)) return null;
  if (typeof batch !== 'string' || !isId('batch', batch)) return null;
  if (typeof epoch !== 'number' || typeof attempt !== 'number' || typeof since !== 'number') return null;
  if (!isRecord(by) || typeof by['pid'] !== 'number' || typeof by['startTime'] !== 'string') return null;
  const taker = { pid: by['pid'], startTime: by['startTime'] };
  return { task, batch, epoch, attempt, done: typeof done === 'string' ? done : null, by: taker, since };
}

/**
 * Makes the claim a tombstone: the task is done with commit `sha` (empty: without one). Again with the same: nothing.
 * @throws AppError already_claimed when another task or batch holds it by now
 */
export function markDone(paths: Pick<StatePaths, 'claims'>, key: string, holder: ClaimHolder, sha: string): void {
  const found = readClaim(paths, key);
  if (found !== null && (found.task !== holder.task || found.batch !== holder.batch || found.epoch > holder.epoch)) {
    throw refused(found, 'it changed hands');
  }
  makePrivateDirectory(paths.claims);
  writeJson(claimFile(paths, key), claimOf(holder, sha));
}

/** True while exactly this attempt holds the claim and is not done; for a last look before a launch. */
export function holdsClaim(paths: Pick<StatePaths, 'claims'>, key: string, holder: ClaimHolder): boolean {
  const found = readClaim(paths, key);
  if (found === null || found.done !== null) return false;
  const same = found.task === holder.task && found.batch === holder.batch;
  return same && found.epoch === holder.epoch && found.attempt === holder.attempt;
}

/** Lets go of a claim that `holder` holds and that is not done; false if there was none such. */
export function releaseClaim(
  paths: Pick<StatePaths, 'claims'>,
  key: string,
  holder: Pick<ClaimHolder, 'task' | 'batch'>,
): boolean {
  const found = readClaim(paths, key);
  if (found === null || found.done !== null) return false;
  if (found.task !== holder.task || found.batch !== holder.batch) return false;
  rmSync(claimFile(paths, key), { force: true });
  return true;
}

function claimFile(paths: Pick<StatePaths, 'claims'>, key: string): string {
  if (!/^[\w-]{1,100}$/.test(key)) throw new AppError('internal', `Bad claim key: ${JSON.stringify(key)}.`);
  return join(paths.claims, `${key}.json`);
}

/** Complete under its name or not there at all: a link of a finished draft. False if the claim exists. */
function createClaim(paths: ClaimPaths, key: string, wanted: ClaimHolder): boolean {
  const file = claimFile(paths, key);
  if (readTextIfAny(file) !== null) return false;
  const draft = `${file}.${process.pid}.draft`;
  try {
    writeJson(draft, claimOf(wanted, null));
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * A run that was written but not claimed is sealed: a shim on its way finds the door shut. A holder without any run is
 * given a moment to launch its first, unless the process that took the claim is gone.
 */
function assertRunsOver(paths: ClaimPaths, holder: TaskClaim): void {
  const steps = listSteps(paths, holder.task, holder.attempt);
  const fresh = systemClock.now() - holder.since < FIRST_RUN_WITHIN_MS;
  if (steps.length === 0 && fresh && isAlive(holder.by)) throw refused(holder, 'it has just begun');
  for (const step of steps) {
    const dir = runDirectory(paths, holder.task, holder.attempt, step);
    if (inspectRunNow(dir).status === 'unclaimed') sealRun(dir);
    const status = inspectRunNow(dir);
    const written = status.status !== 'lost' || status.reason !== 'claim_unreadable';
    if (!isOver(status) || !written) throw refused(holder, `its step ${step} is ${status.status}`);
  }
}

function claimOf({ task, batch, epoch, attempt }: ClaimHolder, done: string | null): TaskClaim {
  return { task, batch, epoch, attempt, done, by: ownIdentity(), since: systemClock.now() };
}

function refused(holder: TaskClaim, reason: string): AppError {
  const message = `Attempt ${holder.attempt} of task ${holder.task} in batch ${holder.batch} holds this: ${reason}.`;
  return new AppError('already_claimed', message, { details: { ...holder, reason } });
}

function unreadable(key: string): AppError {
  return new AppError('already_claimed', `The claim ${key} cannot be read; remove it if nothing works on the task.`, {
    details: { key },
  });
}
