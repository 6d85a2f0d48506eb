/** Waits of hours, on a server that skips them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { BatchId } from '../../src/contracts/ids.ts';
import { batchWorkflowId, lanesWorkflowId } from '../../src/contracts/names.ts';
import { silentLogger } from '../../src/platform/logger.ts';
import { installRuntime } from '../../src/worker/runtime.ts';
import { startInstallation } from '../support/installation.ts';
import type { TestInstallation } from '../support/installation.ts';
import { attemptsOf, startNight, statuses } from '../support/night.ts';
import { findTimeSkippingServer, startTimeSkippingServer } from '../support/time-skipping-server.ts';

const server = await findTimeSkippingServer();
const HOUR_MS = 3_600_000;

let environment: TestWorkflowEnvironment;
let installation: TestInstallation;

describe.skipIf(server === null)('five hours', () => {
  beforeAll(async () => {
    installRuntime(silentLogger);
    environment = await startTimeSkippingServer(server ?? '');
    installation = await startInstallation(environment.address, { 'README.md': '# Test\n' });
  }, 60_000);
  afterAll(async () => {
    await installation.stop();
    await environment.teardown();
  });

  /** Events of the batch and of its host's lanes. */
  async function eventsOf(batch: BatchId): Promise<number> {
    const { context, temporal } = installation;
    const ids = [batchWorkflowId(context.installation, batch), lanesWorkflowId(context.installation, context.host)];
    const histories = await Promise.all(ids.map((id) => temporal.client.workflow.getHandle(id).fetchHistory()));
    return histories.reduce((sum, history) => sum + (history.events?.length ?? 0), 0);
  }

  it('[P10] of a usage limit: nothing happens until the reset, then the same session goes on within a minute', async () => {
    const scripts = { a: ['write a.txt 1', 'limit 5h', 'write b.txt 2'], next: ['write next.txt 1'] };
    const { batch, tasks } = await startNight(installation, scripts);
    const held = await installation.until(batch, (each) => each.hold !== null && each.lane.status !== 'held');
    const untilMs = held.hold?.untilMs ?? 0;
    expect(untilMs - Date.now()).toBeGreaterThan(4.9 * HOUR_MS);
    await environment.sleep('5 minutes');
    const before = await eventsOf(batch);

    await environment.sleep(4.8 * HOUR_MS);
    expect((await installation.batches.state(batch)).hold).toMatchObject({ untilMs });
    expect(await eventsOf(batch)).toBe(before);
    expect(await attemptsOf(installation, tasks[0])).toHaveLength(1);

    await environment.sleep(0.3 * HOUR_MS);
    const state = await installation.until(batch, (each) => each.status === 'completed');
    expect(statuses(state)).toEqual(['completed', 'completed']);
    const attempts = await attemptsOf(installation, tasks[0]);
    expect(attempts.map((each) => each.outcome)).toEqual(['usage_limit', 'succeeded']);
    expect(attempts[1]?.sessionId).toBe(attempts[0]?.sessionId);
    expect(attempts[1]?.startedAtMs).toBeGreaterThanOrEqual(untilMs);
    expect(attempts[1]?.startedAtMs).toBeLessThan(untilMs + 60_000);
  });
});
