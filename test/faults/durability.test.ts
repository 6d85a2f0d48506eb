/** Workers that stop and start in the middle of a night, and a batch that is longer than one execution. */
import { afterEach, describe, expect, inject, it } from 'vitest';
import { batchWorkflowId } from '../../src/contracts/names.ts';
import type { BatchId, TaskId } from '../../src/contracts/ids.ts';
import { findMarked } from '../support/marked-processes.ts';
import { replay, takeHistory } from '../support/replay.ts';
import { startInstallation } from '../support/installation.ts';
import type { TestInstallation } from '../support/installation.ts';
import { attemptsOf, filesOf, startNight, statuses, subjects } from '../support/night.ts';

let installation: TestInstallation;
afterEach(() => installation.stop());

async function start(): Promise<void> {
  installation = await startInstallation(inject('temporalAddress'), { 'README.md': '# Test\n' });
}

function agentsOf(task: TaskId | undefined): Promise<number[]> {
  return findMarked(`${installation.context.installation}/${task}/`);
}

/** Events of the batch's present execution. */
async function historyOf(batch: BatchId): Promise<number> {
  const id = batchWorkflowId(installation.context.installation, batch);
  const history = await installation.temporal.client.workflow.getHandle(id).fetchHistory();
  return history.events?.length ?? 0;
}

const instant = (count: number): Record<string, string[]> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`n${index}`, [`write n${index}.txt ${index}`]]));

describe('workers that come and go', () => {
  it('[P1] [P2] [P4] a host worker that stops in the middle of a run: the agent lives, and is found again', async () => {
    await start();
    const scripts = { a: ['write a.txt 1', 'sleep 5s', 'write b.txt 2'], next: ['write next.txt 1'] };
    const { batch, tasks, repository } = await startNight(installation, scripts);
    await expect.poll(() => agentsOf(tasks[0]), { timeout: 10_000 }).not.toEqual([]);
    const before = await agentsOf(tasks[0]);
    await installation.workers.host.stop();
    expect(await agentsOf(tasks[0])).toEqual(before);
    await installation.workers.host.start();
    const state = await installation.until(batch, (each) => each.status === 'completed');
    expect(statuses(state)).toEqual(['completed', 'completed']);
    expect(await subjects(repository)).toEqual(['Auto-commit: next', 'Auto-commit: a']);
    expect(await attemptsOf(installation, tasks[0])).toHaveLength(1);
  });

  it('[P1] [P2] [P4] the agent ends while no host worker is there: its work is committed when one is back', async () => {
    await start();
    const { batch, tasks, repository } = await startNight(installation, { a: ['sleep 1s', 'write a.txt 1'] });
    await expect.poll(() => agentsOf(tasks[0]), { timeout: 10_000 }).not.toEqual([]);
    await installation.workers.host.stop();
    await expect.poll(() => agentsOf(tasks[0]), { timeout: 10_000 }).toEqual([]);
    await installation.workers.host.start();
    const state = await installation.until(batch, (each) => each.status === 'completed');
    expect(statuses(state)).toEqual(['completed']);
    expect(await subjects(repository)).toEqual(['Auto-commit: a']);
  });

  it('[P4] [P8] a control worker that stops in the middle of a run: nobody notices', async () => {
    await start();
    const { batch, tasks, repository } = await startNight(installation, {
      a: ['sleep 3s', 'write a.txt 1'],
      b: ['write b.txt 1'],
    });
    await expect.poll(() => agentsOf(tasks[0]), { timeout: 10_000 }).not.toEqual([]);
    await installation.workers.control.stop();
    await installation.batches.signalPause(batch, { ...(await installation.begin(batch, 'pause')), now: false });
    await installation.workers.control.start();
    const paused = await installation.until(batch, (each) => each.tasks[0]?.status === 'completed');
    expect(paused.status).toBe('paused');
    await installation.command(batch, 'resume');
    const state = await installation.until(batch, (each) => each.status === 'completed');
    expect(statuses(state)).toEqual(['completed', 'completed']);
    expect(await subjects(repository)).toEqual(['Auto-commit: b', 'Auto-commit: a']);
  });
});

/** The first activation of a new worker holds the creation and the command; a replay sees them one after the other. */
it('[P8] a batch that is started after its worker was restarted replays', async () => {
  await start();
  const scripts = { a: ['write a.txt 1'], b: ['write b.txt 1'] };
  const project = await installation.project(filesOf(scripts));
  const { batch } = await project.createBatch(Object.keys(scripts));
  await installation.batches.state(batch);
  await installation.workers.control.stop();
  await installation.workers.control.start();
  await installation.command(batch, 'start');
  await installation.until(batch, (each) => each.status === 'completed');
  const { temporal, context } = installation;
  await replay(await takeHistory(temporal, context.installation, batch));
});

describe('long batches', () => {
  it('[P1] [P2] continue as new: every commit once, answers carried', async () => {
    await start();
    const scripts = instant(30);
    const project = await installation.project(filesOf(scripts));
    const { batch } = await project.createBatch(Object.keys(scripts));
    const id = batchWorkflowId(installation.context.installation, batch);
    const handle = installation.temporal.client.workflow.getHandle(id);
    const first = (await handle.describe()).runId;
    const command = await installation.begin(batch, 'start');
    const answer = await installation.batches.update(batch, 'start', command);
    await installation.until(
      batch,
      (each) => each.tasks.filter(({ status }) => status === 'completed').length > 15,
      60_000,
    );
    expect((await handle.describe()).runId).not.toBe(first);
    expect(await installation.batches.update(batch, 'start', command)).toEqual(answer);
    const added = await project.defineTasks(batch, ['n0']);
    await installation.send(batch, 'addTasks', (each) => ({ ...each, tasks: added }));
    const state = await installation.until(batch, (each) => each.status === 'completed', 90_000);
    expect(new Set(statuses(state).slice(0, 30))).toEqual(new Set(['completed']));
    const log = await project.repository.git([
      'log',
      '--format=%(trailers:key=Nightloom-Task,valueonly)',
      'main..nightloom/night',
    ]);
    const committed = log.split('\n').filter((line) => line !== '');
    expect(new Set(committed)).toEqual(new Set(state.tasks.slice(0, 30).map((task) => task.id)));
    expect(committed).toHaveLength(30);
    expect(await historyOf(batch)).toBeLessThan(500);
  }, 180_000);
});
