/** What happens to batches while `scripts/record-histories.ts` records them: one story for each shape that a history can have. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BatchId, TaskId } from '../../src/contracts/ids.ts';
import { batchWorkflowId, lanesWorkflowId } from '../../src/contracts/names.ts';
import { applyRetryTasks } from '../../src/domain/commands.ts';
import type { TestInstallation } from './installation.ts';
import { filesOf, startNight } from './night.ts';
import type { Scripts } from './night.ts';
import { takeHistory, takeWorkflow } from './replay.ts';

/** Lets it happen; name of the file -> a history that is over, or that waits. */
export type Story = (installation: TestInstallation) => Promise<Record<string, string>>;

const GREETING_IS_HELLO = '! test -e greeting.txt || grep -qx hello greeting.txt';
/** One execution takes ten tasks. */
const TASKS_OF_TWO_EXECUTIONS = 15;

/** The stories by name. */
export const STORIES: Readonly<Record<string, Story>> = {
  'fix-and-failures': async (installation) => {
    const scripts = {
      greet: ['write greeting.txt helo', 'on fix 1:', 'write greeting.txt hello'],
      bad: ['write greeting.txt helo'],
      nothing: ['say nothing to do'],
      failing: ['fail no', 'on attempt 2:', 'fail no'],
    };
    const { batch } = await startNight(installation, scripts, { verify: [GREETING_IS_HELLO], attempts: 2 });
    await installation.until(batch, (each) => each.status === 'completed');
    return { 'fix-and-failures': await historyOf(installation, batch) };
  },
  'limit-and-backoff': async (installation) => {
    const scripts = {
      a: ['write a.txt 1', 'limit 1s', 'write b.txt 2', 'overloaded', 'write c.txt 3'],
      b: ['write d.txt 1'],
    };
    const { batch } = await startNight(installation, scripts);
    await installation.until(batch, (each) => each.tasks[0]?.status === 'waiting' && each.tasks[0].attempt === 2);
    await installation.command(batch, 'skipWait');
    await installation.until(batch, (each) => each.status === 'completed');
    return { 'limit-and-backoff': await historyOf(installation, batch) };
  },
  'pause-resume-cancel': async (installation) => {
    const scripts = { a: ['write a.txt 1', 'sleep 60s'], b: ['write b.txt 1'], c: ['write c.txt 1'] };
    const { batch, tasks } = await startNight(installation, scripts);
    const [, second] = tasks;
    if (second === undefined) throw new Error('no task');
    await installation.until(
      batch,
      (each) => each.tasks[0]?.status === 'running' && each.details[each.tasks[0].id]?.sessionId !== null,
    );
    await installation.send(batch, 'moveTask', (command) => ({ ...command, taskId: second, position: 1 }));
    await installation.pause(batch, true);
    await installation.until(batch, (each) => each.tasks[0]?.status === 'queued');
    await installation.command(batch, 'resume');
    await installation.until(batch, (each) => each.tasks[0]?.status === 'running');
    await installation.command(batch, 'cancel');
    await installation.until(batch, (each) => each.completedAtMs !== null);
    return { 'pause-resume-cancel': await historyOf(installation, batch) };
  },
  'offload-queued': async (installation) => {
    const scripts = { a: ['sleep 2s', 'write a.txt 1'], b: ['write b.txt 1'], c: ['write c.txt 1'] };
    const { source, target, tasks } = await sourceAndTarget(installation, scripts);
    await installation.until(source, (each) => each.tasks[0]?.status === 'running');
    await offload(installation, source, { to: target, taskIds: tasks.slice(1), running: false });
    await installation.until(target, (each) => each.tasks.length === 2);
    await installation.command(target, 'start');
    return await bothCompleted(installation, source, target, 'offload-queued');
  },
  'offload-running': async (installation) => {
    const scripts = { a: ['write a.txt 1', 'sleep 2s', 'write more.txt 2'], b: ['write b.txt 1'] };
    const { source, target, tasks } = await sourceAndTarget(installation, scripts);
    await installation.until(source, (each) => each.details[tasks[0] ?? '']?.sessionId != null);
    await offload(installation, source, { to: target, taskIds: tasks.slice(0, 1), running: true });
    await installation.until(target, (each) => each.tasks.length === 1);
    await installation.command(target, 'start');
    return await bothCompleted(installation, source, target, 'offload-running');
  },
  'usage-limit-hold': async (installation) => {
    const project = await installation.project(
      filesOf({
        limited: ['write a.txt 1', 'limit 4s', 'write b.txt 2'],
        first: ['sleep 2s', 'write c.txt 1'],
        second: ['write d.txt 1'],
      }),
    );
    const other = await project.createBatch(['first', 'second'], {}, 'continue', 'other');
    const limited = await project.createBatch(['limited'], {}, 'continue', 'limited');
    await installation.command(other.batch, 'start');
    await installation.until(other.batch, (each) => each.tasks[0]?.status === 'running');
    await installation.command(limited.batch, 'start');
    await installation.until(other.batch, (each) => each.hold?.reason === 'usage_limit');
    for (const { batch } of [limited, other])
      await installation.until(batch, (each) => each.status === 'completed', 60_000);
    const { temporal, context } = installation;
    return {
      'usage-limit-hold': await historyOf(installation, limited.batch),
      'usage-limit-of-another': await historyOf(installation, other.batch),
      'usage-limit-lanes': await takeWorkflow(temporal, lanesWorkflowId(context.installation, context.host)),
    };
  },
  fallback: async (installation) => {
    const scripts = {
      limited: ['write a.txt 1', 'limit 1h'],
      next: ['write b.txt 1'],
    };
    const other = { name: 'command' as const, command: ['/bin/sh', '-c', 'echo other > other.txt; echo done'] };
    const { batch } = await startNight(installation, scripts, { agent: { fallback: [other] } });
    await installation.until(batch, (each) => each.status === 'completed');
    return { fallback: await historyOf(installation, batch) };
  },
  reopened: async (installation) => {
    const { batch, tasks } = await startNight(installation, { a: ['fail no'], b: ['write b.txt 1'] }, { attempts: 1 });
    await installation.until(batch, (each) => each.status === 'completed' && each.completedAtMs !== null);
    const closed = await historyOf(installation, batch);
    const state = await installation.store.batches.state(batch);
    const [id] = tasks;
    if (state === null || id === undefined) throw new Error('nothing is recorded');
    const open = { ...state, status: 'running' as const, hold: null, completedAtMs: null, closing: false };
    const kept = { costUsd: null, durationMs: 1, startedAtMs: 1, salvageRef: null, waits: [] };
    applyRetryTasks(open, { ...(await installation.begin(batch, 'retryTasks')), tasks: [{ id, kept }] });
    await installation.batches.reopen({ ...open, seq: open.seq + 1 }, { summary: 'recorded', details: '' });
    await installation.until(batch, (each) => each.status === 'completed' && each.tasks[0]?.attempt === 2);
    return { 'closed-with-a-failure': closed, reopened: await historyOf(installation, batch) };
  },
  'continued-as-new': async (installation) => {
    const names = Array.from({ length: TASKS_OF_TWO_EXECUTIONS }, (_, at) => `n${at}`);
    const scripts = Object.fromEntries(names.map((name) => [name, [`write ${name}.txt 1`]]));
    const project = await installation.project(filesOf(scripts));
    const { batch } = await project.createBatch(names);
    const { temporal, context } = installation;
    const { runId } = await temporal.client.workflow.getHandle(batchWorkflowId(context.installation, batch)).describe();
    await installation.command(batch, 'start');
    await installation.until(batch, (each) => each.status === 'completed', 120_000);
    return {
      'continued-as-new-first': await takeHistory(temporal, context.installation, batch, runId),
      'continued-as-new-last': await historyOf(installation, batch),
    };
  },
};

/** Once the execution has ended. */
async function historyOf({ batches, temporal, context }: TestInstallation, batch: BatchId): Promise<string> {
  while ((await batches.life(batch)) !== 'closed') await sleep(25);
  return await takeHistory(temporal, context.installation, batch);
}

async function sourceAndTarget(installation: TestInstallation, scripts: Scripts) {
  const project = await installation.project(filesOf(scripts));
  const source = await project.createBatch(Object.keys(scripts), {}, 'continue', 'source');
  const target = await project.createBatch([], {}, 'continue', 'target');
  await installation.command(source.batch, 'start');
  return { source: source.batch, target: target.batch, tasks: source.tasks };
}

async function offload(
  installation: TestInstallation,
  source: BatchId,
  what: { to: BatchId; taskIds: readonly TaskId[]; running: boolean },
): Promise<void> {
  await installation.send(source, 'offload', (command) => ({ ...command, ...what }));
}

async function bothCompleted(installation: TestInstallation, source: BatchId, target: BatchId, story: string) {
  for (const batch of [source, target])
    await installation.until(batch, (each) => each.status === 'completed' && each.completedAtMs !== null);
  return {
    [`${story}-source`]: await historyOf(installation, source),
    [`${story}-target`]: await historyOf(installation, target),
  };
}
