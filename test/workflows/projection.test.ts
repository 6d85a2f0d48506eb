/** What a batch leaves: rows that say what its state says, and few events. */
import { afterEach, describe, expect, inject, it } from 'vitest';
import type { BatchId } from '../../src/contracts/ids.ts';
import { batchWorkflowId } from '../../src/contracts/names.ts';
import type { BatchState } from '../../src/contracts/state.ts';
import { startInstallation } from '../support/installation.ts';
import type { TestInstallation } from '../support/installation.ts';
import { recorded, startNight } from '../support/night.ts';

let installation: TestInstallation;
afterEach(() => installation.stop());

async function start(): Promise<void> {
  installation = await startInstallation(inject('temporalAddress'), { 'README.md': '# Test\n' });
}

/** Events of the batch's present execution. */
async function historyOf(batch: BatchId): Promise<number> {
  const id = batchWorkflowId(installation.context.installation, batch);
  const history = await installation.temporal.client.workflow.getHandle(id).fetchHistory();
  return history.events?.length ?? 0;
}

describe('the projection', () => {
  /** The workflow drops ended attempts once they are recorded; the rows keep them. */
  function withoutEnded(state: BatchState | null): unknown {
    const details = Object.entries(state?.details ?? {}).map(([id, each]) => [
      id,
      { ...each, attempts: each.attempts.filter((attempt) => attempt.endedAtMs === null) },
    ]);
    return { ...state, details: Object.fromEntries(details) };
  }

  async function expectSameState(batch: BatchId): Promise<void> {
    await expect
      .poll(async () => withoutEnded(await installation.store.batches.state(batch)))
      .toEqual(withoutEnded(await installation.batches.state(batch)));
  }

  it('holds every field of the state, at the end and on the way', async () => {
    await start();
    const scripts = {
      a: ['write a.txt 1', 'cost 0.25'],
      b: ['write b.txt 1', 'fail no'],
      c: ['write c.txt 1', 'limit 1h', 'write d.txt 1'],
      d: ['write e.txt 1'],
    };
    const { batch, tasks } = await startNight(installation, scripts, { attempts: 1, verify: ['true'] });
    await installation.until(batch, (each) => each.hold !== null);
    await expectSameState(batch);
    const [, , , last] = tasks;
    if (last === undefined) throw new Error('no task');
    await installation.send(batch, 'cancelTask', (command) => ({ ...command, taskId: last }));
    await installation.command(batch, 'skipWait');
    await installation.until(batch, (each) => each.status === 'completed' && each.completedAtMs !== null);
    await expectSameState(batch);
    expect(await recorded(installation, tasks[0])).toMatchObject({ costUsd: 0.25, verified: 'passed' });
  });
});

describe('[bound] the history of one task', () => {
  /** What a task adds: the difference between a batch of many and a batch of one. */
  async function eventsPerTask(lines: readonly string[], flags: { verify?: string[] }): Promise<number> {
    const lengths: number[] = [];
    for (const count of [1, 6]) {
      const scripts = Object.fromEntries(
        Array.from({ length: count }, (_, index) => [`n${index}`, [...lines, `write n${index}.txt 1`]]),
      );
      const { batch } = await startNight(installation, scripts, flags);
      await installation.until(batch, (each) => each.status === 'completed', 60_000);
      lengths.push(await historyOf(batch));
    }
    return ((lengths[1] ?? 0) - (lengths[0] ?? 0)) / 5;
  }

  it('is at most 24 events with an instant agent and no verification', async () => {
    await start();
    const events = await eventsPerTask([], {});
    expect(events).toBeGreaterThan(5);
    expect(events).toBeLessThanOrEqual(24);
  });

  it('is at most 36 events with a watch and one verification', async () => {
    await start();
    const events = await eventsPerTask(['sleep 400ms'], { verify: ['true'] });
    expect(events).toBeGreaterThan(10);
    expect(events).toBeLessThanOrEqual(36);
  });
});
