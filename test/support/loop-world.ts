/** A world for the batch's loop without a server: activities are plain functions, the clock moves when nothing else does. */
import { setImmediate } from 'node:timers/promises';
import { CancelledFailure } from '@temporalio/common';
import { ApplicationFailure } from '@temporalio/workflow';
import type { HostActivities } from '../../src/activities/types.ts';
import type { ErrorCode } from '../../src/contracts/error-catalogue.ts';
import { asId } from '../../src/contracts/ids.ts';
import type { WorkOrder } from '../../src/contracts/order.ts';
import type { AgentOutcome, AgentVerdict } from '../../src/contracts/outcome.ts';
import type { BatchRecord, TaskRecord } from '../../src/contracts/record.ts';
import type { BatchState, Policy, WorkspaceState } from '../../src/contracts/state.ts';
import { taskState } from './states.ts';
import { BatchRun } from '../../src/workflows/batch-run.ts';
import { start } from '../../src/workflows/effects.ts';
import { onGranted } from '../../src/workflows/lane.ts';
import { runLoop, salvageCancelled } from '../../src/workflows/loop.ts';
import type { LoopPorts } from '../../src/workflows/ports.ts';

/** Policy of every workspace that the world prepares. */
export const POLICY: Policy = {
  maxAttempts: 2,
  maxFixes: 2,
  maxContinuations: 2,
  onUsageLimit: 'wait',
  maxWaitMs: null,
  agent: 'scripted',
  agentTimeoutMs: 60_000,
  verifyCommands: 0,
  verifyTimeoutMs: 0,
  git: true,
  delivery: 'branch',
};

/** A loop at work in its world. */
export interface LoopWorld {
  readonly run: BatchRun;
  /** Names of the host's activities in the order of their calls, with the task's name: `n0 startAgent`. */
  readonly calls: string[];
  readonly records: BatchRecord[];
  /** Replace what an activity does; each is called with what the default would be called with. */
  readonly host: HostActivities;
  /** Replaceable likewise. */
  record: (record: BatchRecord) => Promise<boolean>;
  loadOrder: (order: WorkOrder) => Promise<WorkOrder>;
  policy: Policy;
  isLong: () => boolean;
  nowMs: number;
  /** Starts the batch and lets it run to its end; rejects when it waits for something that nobody gives it. */
  toEnd(): Promise<'done' | 'continue'>;
  /** Ends the recording as the workflow does. */
  finish(): Promise<void>;
}

/** How an agent's run ended. */
export function outcome(verdict: AgentVerdict, sessionId: string | null = 'session'): AgentOutcome {
  return { verdict, figures: { sessionId, costUsd: 0.1, tokens: 10, turns: 1, durationMs: 5, deniedTools: [] } };
}

/** What an activity fails with when it throws an error of the catalogue. */
export function failure(code: ErrorCode, message: string = code): ApplicationFailure {
  return ApplicationFailure.create({ message, type: code, nonRetryable: true });
}

/** Statuses in the order of the list. */
export function statuses(world: LoopWorld): string[] {
  return world.run.state.tasks.map((task) => task.status);
}

/** The last that was recorded of a task. */
export function lastRecord(world: LoopWorld, number: number): TaskRecord | undefined {
  const { id } = taskState(number);
  return world.records.flatMap((record) => record.tasks).findLast((task) => task.state.id === id);
}

interface Waiter {
  readonly isTrue: () => boolean;
  readonly deadlineMs: number;
  readonly resolve: (came: boolean) => void;
}

/** Makes a world around `state`. */
export function loopWorld(state: BatchState): LoopWorld {
  const waiters = new Set<Waiter>();
  const calls: string[] = [];
  const records: BatchRecord[] = [];
  let interrupt: (() => void) | null = null;

  const ports: LoopPorts = {
    now: () => world.nowMs,
    control: {
      loadOrder: ({ batch, task, attempt, epoch }) =>
        world.loadOrder({ ...orderOf(state), batch, task, attempt, epoch }),
      record: (record) => world.record(structuredClone(record)),
    },
    host: () => named(world.host, (name, order) => calls.push(`${nameOf(state, order)} ${name}`)),
    lanes: {
      request: async ({ request }) => onGranted(run, { request, probe: false }),
      release: async () => undefined,
      accountHeld: async () => undefined,
      accountFree: async () => undefined,
    },
    transfers: { send: async () => true, answer: async () => undefined, fate: async () => null },
    recordFinal: (record) => world.record(structuredClone(record)),
    waitUntil: (isTrue, timeoutMs) =>
      new Promise((resolve) => {
        if (isTrue()) return resolve(true);
        waiters.add({ isTrue, deadlineMs: timeoutMs === null ? Infinity : world.nowMs + timeoutMs, resolve });
      }),
    interruptible: async (work) => {
      const interrupted = new Promise<never>((_resolve, reject) => {
        interrupt = () => reject(new CancelledFailure('interrupted'));
      });
      try {
        return await Promise.race([work(), interrupted]);
      } finally {
        interrupt = null;
      }
    },
    interrupt: () => interrupt?.(),
    addsWaitsUp: true,
    executionIsLong: () => world.isLong(),
    changed: () => undefined,
  };
  const run = new BatchRun(state, ports);
  const world: LoopWorld = {
    run,
    calls,
    records,
    host: defaults(() => world.policy),
    record: async (record) => {
      records.push(record);
      return true;
    },
    loadOrder: async (order) => order,
    policy: POLICY,
    isLong: () => false,
    nowMs: 1_000_000,
    toEnd: () => {
      start(run, { commandId: 'start', number: 1 });
      return drive(runLoop(run));
    },
    finish: () =>
      drive(
        (async () => {
          do {
            await salvageCancelled(run);
            await run.recorder.drain();
          } while (run.recorder.isBusy || run.toSalvage.length > 0);
        })(),
      ),
  };

  /** Wakes who waits for something that is true; when nobody is, moves the clock to the next deadline. */
  function wake(): boolean {
    const awake = [...waiters].filter((waiter) => waiter.isTrue());
    for (const waiter of awake) {
      waiters.delete(waiter);
      waiter.resolve(true);
    }
    if (awake.length > 0) return true;
    const next = [...waiters].toSorted((left, right) => left.deadlineMs - right.deadlineMs)[0];
    if (next === undefined || next.deadlineMs === Infinity) return false;
    world.nowMs = Math.max(world.nowMs, next.deadlineMs);
    waiters.delete(next);
    next.resolve(false);
    return true;
  }

  async function drive<Result>(work: Promise<Result>): Promise<Result> {
    let ended = false;
    const watched = work.finally(() => {
      ended = true;
    });
    watched.catch(() => undefined);
    for (let idle = 0; !ended;) {
      await setImmediate();
      idle = wake() ? 0 : idle + 1;
      if (idle > 200) throw new Error(`The loop waits for ever: ${JSON.stringify(state)}`);
    }
    return await watched;
  }
  return world;
}

function defaults(policy: () => Policy): HostActivities {
  return {
    prepareWorkspace: async () => workspaceOf(policy()),
    checkoutTask: async () => ({ work: 'agent', session: null, notes: [] }),
    respondTask: async () => ({ notes: [] }),
    startAgent: async () => ({ status: 'ended', outcome: outcome({ kind: 'succeeded', message: '' }), notes: [] }),
    watchAgent: async () => outcome({ kind: 'succeeded', message: '' }),
    endAgent: async () => outcome({ kind: 'terminated', message: '' }),
    verify: async () => ({ verdict: 'passed', checks: [], tree: null }),
    commitTask: async ({ order }) => ({ kind: 'committed', commit: `sha of ${order.task}`, notes: [] }),
    salvage: async ({ order }) => ({ ref: `ref of ${order.task}`, notes: [] }),
    parkWork: async () => ({ notes: [] }),
    closeWorkspace: async () => ({ notes: [] }),
  };
}

function workspaceOf(policy: Policy): WorkspaceState {
  return { branch: 'nightloom/night', base: 'base', policy, redBaseline: [] };
}

/** The activities, each call told to `onCall` first; looked up when called, so that tests may replace them. */
function named(host: HostActivities, onCall: (name: string, order: WorkOrder) => void): HostActivities {
  const told =
    <Input extends { order: WorkOrder }, Result>(name: keyof HostActivities, call: (input: Input) => Promise<Result>) =>
    async (input: Input): Promise<Result> => {
      onCall(name, input.order);
      return await call(input);
    };
  return {
    prepareWorkspace: told('prepareWorkspace', (input) => host.prepareWorkspace(input)),
    checkoutTask: told('checkoutTask', (input) => host.checkoutTask(input)),
    respondTask: told('respondTask', (input) => host.respondTask(input)),
    startAgent: told('startAgent', (input) => host.startAgent(input)),
    watchAgent: told('watchAgent', (input) => host.watchAgent(input)),
    endAgent: told('endAgent', (input) => host.endAgent(input)),
    verify: told('verify', (input) => host.verify(input)),
    commitTask: told('commitTask', (input) => host.commitTask(input)),
    salvage: told('salvage', (input) => host.salvage(input)),
    parkWork: told('parkWork', (input) => host.parkWork(input)),
    closeWorkspace: told('closeWorkspace', (input) => host.closeWorkspace(input)),
  };
}

function nameOf(state: BatchState, order: WorkOrder): string {
  return state.tasks.find((task) => task.id === order.task)?.name ?? order.task;
}

function orderOf(state: BatchState): WorkOrder {
  return {
    v: 1,
    installation: state.installation,
    host: state.host,
    batch: state.batch,
    batchName: state.name,
    task: asId('task', 't_0000000000'),
    attempt: 1,
    epoch: state.epoch,
    kind: 'requirement',
    project: state.project,
    projectName: 'test',
    projectPath: '/nowhere',
    input: { name: 'n', sha256: '' },
    overrides: {},
    trustedSha256: null,
    notAfter: new Date(0).toISOString(),
    mac: '',
  };
}
