/** Workers that keep no workflow in memory: every workflow task replays the whole history, and what comes of it replays too. */
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { startInstallation } from '../support/installation.ts';
import type { TestInstallation } from '../support/installation.ts';
import { startNight, statuses, subjects } from '../support/night.ts';
import { replay, takeHistory } from '../support/replay.ts';
import { STORIES } from '../support/stories.ts';

/**
 * Twice the workflow task timeout of 10 s: a worker without cache now and then drops a workflow task whose local
 * activity has just ended (temporalio/sdk-rust#1482; seen in 3 of 18 batches with SDK 1.24.0), and the server gives it out
 * again after that time. A command that comes just then is answered late, and nothing is lost.
 */
const PATIENT_TIMEOUT_MS = 20_000;
/** A night of three tasks with some of those: up to 35 s were seen on a busy machine. */
const NIGHT_TIMEOUT_MS = 120_000;

let installation: TestInstallation;
beforeEach(async () => {
  installation = await startInstallation(
    inject('temporalAddress'),
    { 'README.md': '# Test\n' },
    { cachedWorkflows: 0, commandTimeoutMs: PATIENT_TIMEOUT_MS, untilTimeoutMs: NIGHT_TIMEOUT_MS },
  );
}, 60_000);
afterEach(() => installation.stop(), 60_000);

it('[P2] a night ends the same', { timeout: 180_000 }, async () => {
  const scripts = {
    a: ['write greeting.txt helo', 'on fix 1:', 'write greeting.txt hello'],
    b: ['write b.txt 1', 'limit 1s', 'write c.txt 2'],
    c: ['fail no'],
  };
  const flags = { verify: ['! test -e greeting.txt || grep -qx hello greeting.txt'], attempts: 1 };
  const { batch, repository } = await startNight(installation, scripts, flags);
  const state = await installation.until(batch, (each) => each.status === 'completed');
  expect(statuses(state)).toEqual(['completed', 'completed', 'failed']);
  expect(await subjects(repository)).toEqual(['Auto-commit: b', 'Auto-commit: a']);
  const { temporal, context } = installation;
  await replay(await takeHistory(temporal, context.installation, batch));
});

/** Those without commands while an agent works: each would wait for a replay of everything. */
const QUIET_STORIES = ['fix-and-failures', 'limit-and-backoff', 'reopened'] as const;

it.each(QUIET_STORIES)('the story %s goes as it was recorded', { timeout: 180_000 }, async (name) => {
  const histories = Object.values((await STORIES[name]?.(installation)) ?? {});
  expect(histories).not.toEqual([]);
  for (const history of histories) await replay(history);
});
