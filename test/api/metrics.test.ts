/** Metrics: counted from the journal, once each, also over a restart; readable only with the token. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MetricsSchema } from '../../src/contracts/metrics-routes.ts';
import type { BatchView } from '../../src/contracts/views.ts';
import { createMetrics } from '../../src/api/services/metrics/metrics.ts';
import { asId } from '../../src/contracts/ids.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { silentLogger } from '../../src/platform/logger.ts';
import { NAMES } from './support/lifecycle.ts';
import { problemOf, startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';
import { endTask } from './support/ends.ts';

let stack: Stack;
let batch: BatchView;
beforeEach(async () => {
  stack = await startStack();
  batch = await stack.batch(await stack.project('/srv/shop', ...NAMES), ...NAMES);
});
afterEach(() => stack.close());

async function scrape(url = '/metrics'): Promise<string> {
  const answer = await stack.app.inject({ method: 'GET', url, headers: await authorized() });
  expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  return answer.body;
}
async function authorized(): Promise<Record<string, string>> {
  return { host: 'localhost', authorization: 'Bearer secret-token-of-the-tests' };
}
const lines = (text: string, name: string): string[] =>
  text.split('\n').filter((line) => line.startsWith(`nightloom_${name}{`) || line.startsWith(`nightloom_${name} `));

it('counts ends by kind and outcome, each once however often somebody looks', async () => {
  await endTask(stack, batch, 0, 'completed', [{ ms: 2000, costUsd: 0.5, tokens: 100 }]);
  await scrape();
  await endTask(stack, batch, 1, 'failed', [{ ms: 400, costUsd: 0.25, tokens: 10 }]);
  const text = await scrape();
  expect(await scrape()).toContain('nightloom_tasks_total{kind="requirement",outcome="completed"} 1');
  expect(lines(text, 'tasks_total')).toEqual([
    'nightloom_tasks_total{kind="requirement",outcome="completed"} 1',
    'nightloom_tasks_total{kind="requirement",outcome="failed"} 1',
  ]);
  expect(text).toContain('nightloom_task_duration_seconds_bucket{le="1",kind="requirement",outcome="completed"} 0');
  expect(text).toContain('nightloom_task_duration_seconds_bucket{le="5",kind="requirement",outcome="completed"} 1');
  expect(text).toContain('nightloom_task_duration_seconds_sum{kind="requirement",outcome="failed"} 0.4');
  expect(lines(text, 'task_cost_usd_total')).toEqual(['nightloom_task_cost_usd_total{kind="requirement"} 0.75']);
  expect(lines(text, 'task_tokens_total')).toEqual(['nightloom_task_tokens_total{kind="requirement"} 110']);
  expect(text).toContain('nodejs_eventloop_lag_seconds');
});

it('adds only the new attempts when a task is tried again, and says the same after a restart', async () => {
  await endTask(stack, batch, 0, 'failed', [{ ms: 1000, costUsd: 1, tokens: 5 }]);
  await scrape();
  await endTask(stack, batch, 0, 'completed', [
    { ms: 1000, costUsd: 1, tokens: 5 },
    { ms: 3000, costUsd: 2, tokens: 7 },
  ]);
  const text = await scrape();
  expect(lines(text, 'task_cost_usd_total')).toEqual(['nightloom_task_cost_usd_total{kind="requirement"} 3']);
  expect(text).toContain('nightloom_task_duration_seconds_sum{kind="requirement",outcome="completed"} 3');
  const restarted = createMetrics({
    store: stack.store,
    lanes: { state: async () => null },
    host: asId('host', 'laptop-ab12'),
    clock: systemClock,
    version: '1.2.3',
    logger: silentLogger,
    workerMetrics: async () => 'temporal_num_pollers 4\n',
  });
  const again = await restarted.scrape();
  for (const name of ['tasks_total', 'task_cost_usd_total', 'task_tokens_total', 'task_duration_seconds_sum']) {
    expect(lines(again, name)).toEqual(lines(text, name));
  }
  expect(again).toContain('temporal_num_pollers 4');
});

it('measures what is open: tasks, batches, holds, lanes, and how long somebody waits', async () => {
  const { id } = batch;
  await stack.send('POST', `/api/batches/${id}/start`, {});
  const state = stack.batches.states.get(asId('batch', id));
  if (state === undefined) throw new Error('no workflow');
  state.lane = { status: 'asked', request: 1, wait: null, probe: false };
  state.hold = { reason: 'usage_limit', sinceMs: 0, untilMs: null, message: 'full' };
  await stack.batches.record(asId('batch', id));
  const event = { id: `${id}:held:0`, type: 'batch.held' as const, atMs: 0, batch: asId('batch', id), task: null };
  await stack.store.events.append([{ ...event, data: { reason: 'usage_limit' } }]);
  const text = await scrape();
  expect(lines(text, 'batches')).toEqual(['nightloom_batches{status="running"} 1']);
  expect(lines(text, 'tasks')).toEqual([`nightloom_tasks{status="queued"} ${NAMES.length}`]);
  expect(lines(text, 'batches_held')).toEqual(['nightloom_batches_held{reason="usage_limit"} 1']);
  expect(lines(text, 'holds_total')).toEqual(['nightloom_holds_total{reason="usage_limit"} 1']);
  expect(lines(text, 'lanes')).toEqual(['nightloom_lanes{state="held"} 0', 'nightloom_lanes{state="waiting"} 1']);
  expect(Number(lines(text, 'queue_oldest_seconds')[0]?.split(' ')[1])).toBeGreaterThan(0);
});

it('answers the same as JSON, overall, by project and now', async () => {
  await endTask(stack, batch, 0, 'completed', [{ ms: 2000, costUsd: 0.5, tokens: 100 }]);
  await endTask(stack, batch, 1, 'cancelled', []);
  await endTask(stack, batch, 2, 'running', [{ ms: null, costUsd: null, tokens: null }]);
  const metrics = MetricsSchema.parse((await stack.send('GET', '/api/metrics')).body);
  const figures = {
    tasksExecuted: 1,
    tasksSucceeded: 1,
    tasksFailed: 0,
    tasksCancelled: 1,
    totalExecutionTimeMs: 2000,
    avgExecutionTimeMs: 2000,
    costUsd: 0.5,
    tokens: 100,
  };
  expect(metrics.overall).toEqual(figures);
  expect(metrics.projects).toEqual([{ projectId: batch.projects[0]?.projectId, project: 'shop', ...figures }]);
  expect(metrics.currentTasks).toMatchObject([{ taskId: batch.tasks[2]?.id, kind: 'requirement', name: NAMES[2] }]);
});

it('shows what the host worker measures at a place of its own, and says when it does not answer', async () => {
  stack.hostMetrics = 'temporal_num_pollers 4\n';
  expect(await scrape('/metrics/host')).toBe('temporal_num_pollers 4\n');
  stack.hostMetrics = null;
  expect(problemOf(await stack.send('GET', '/metrics/host'))).toMatchObject({ status: 503, code: 'host_offline' });
});

it('shows metrics to nobody without the token', async () => {
  for (const url of ['/metrics', '/metrics/host', '/api/metrics']) {
    const answer = await stack.send('GET', url, undefined, { authorization: '' });
    expect(problemOf(answer)).toMatchObject({ status: 401, code: 'unauthorized' });
  }
});
