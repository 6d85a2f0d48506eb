/** Editing a batch that is at work, against a real server. */
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { startInstallation } from '../support/installation.ts';
import type { TestInstallation } from '../support/installation.ts';
import { filesOf, recorded, startNight, statuses } from '../support/night.ts';

let installation: TestInstallation;
beforeEach(async () => {
  installation = await startInstallation(inject('temporalAddress'), { 'README.md': '# Test\n' });
});
afterEach(() => installation.stop());

it('holds from the next decision on, is recorded, and refuses another state than the known one', async () => {
  const scripts = { a: ['sleep 700ms', 'fail no'], b: ['write b.txt 1'] };
  const { batch, tasks } = await startNight(installation, scripts, { attempts: 3 });
  await installation.until(batch, (each) => each.tasks[0]?.status === 'running');
  const change = { name: 'Edited', attempts: 1, onFailure: 'pause' } as const;
  await installation.send(batch, 'edit', (command) => ({ ...command, change, from: null }));
  const state = await installation.until(batch, (each) => each.status === 'paused');
  expect(statuses(state)).toEqual(['failed', 'queued']);
  expect(state).toMatchObject({ name: 'Edited', edits: { attempts: 1, maxFixes: null } });
  expect((await recorded(installation, tasks[0])).failure).not.toBeNull();
  expect(await installation.store.batches.get(batch)).toMatchObject({ name: 'Edited', head: { name: 'Edited' } });
  const from = { name: 'night', onFailure: 'continue', attempts: null, maxFixes: null, onUsageLimit: null } as const;
  const late = installation.send(batch, 'edit', (command) => ({ ...command, change: { name: 'x' }, from }));
  await expect(late).rejects.toMatchObject({ code: 'changed_meanwhile' });
});

it('of a batch that was not started yet counts from its start', async () => {
  const project = await installation.project(filesOf({ a: ['fail no'], b: ['write b.txt 1'] }));
  const { batch } = await project.createBatch(['a', 'b'], { attempts: 3 });
  const change = { attempts: 1, onFailure: 'stop' } as const;
  await installation.send(batch, 'edit', (command) => ({ ...command, change, from: null }));
  await installation.command(batch, 'start');
  const state = await installation.until(batch, (each) => each.status === 'completed');
  expect(statuses(state)).toEqual(['failed', 'skipped']);
});
