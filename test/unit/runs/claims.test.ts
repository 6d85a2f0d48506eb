import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asId } from '../../../src/contracts/ids.ts';
import {
  acquireClaim,
  holdsClaim,
  markDone,
  readClaim,
  releaseClaim,
  requirementClaimKey,
} from '../../../src/host/runs/claims.ts';
import type { ClaimHolder } from '../../../src/host/runs/claims.ts';
import { launchRun } from '../../../src/host/runs/launch.ts';
import { listAttempts, listSteps, runDirectory } from '../../../src/host/runs/run-directory.ts';
import { inspectRun } from '../../../src/host/runs/status.ts';
import { terminateRun } from '../../../src/host/runs/terminate.ts';
import { statePaths } from '../../../src/platform/paths.ts';
import type { StatePaths } from '../../../src/platform/paths.ts';
import { makePlayground } from './support.ts';
import type { Playground } from './support.ts';

const task = asId('task', 't_aaaaaaaaaa');
const otherTask = asId('task', 't_bbbbbbbbbb');
const batch = asId('batch', 'b_aaaaaaaaaa');
const otherBatch = asId('batch', 'b_bbbbbbbbbb');
const first: ClaimHolder = { task, batch, epoch: 1, attempt: 1 };
const key = requirementClaimKey(asId('project', 'p_aaaaaaaaaa'), '../we ird/name');

let play: Playground;
let paths: StatePaths;
beforeEach(() => {
  play = makePlayground();
  paths = statePaths(play.root);
});
afterEach(() => play.clean());

const acquired = { result: 'acquired' };

async function launchStep(holder: ClaimHolder, script: string): Promise<string> {
  const dir = runDirectory(paths, holder.task, holder.attempt, 'agent');
  await launchRun({ ...play.spec('x', script), dir });
  return dir;
}

describe('claims', () => {
  it('is re-entrant for its batch with the same and later attempts, not with earlier ones', () => {
    expect(acquireClaim(paths, key, first)).toEqual(acquired);
    expect(acquireClaim(paths, key, first)).toEqual(acquired);
    expect(acquireClaim(paths, key, { ...first, attempt: 3 })).toEqual(acquired);
    expect(holdsClaim(paths, key, first)).toBe(false);
    expect(holdsClaim(paths, key, { ...first, attempt: 3 })).toBe(true);
    expect(() => acquireClaim(paths, key, first)).toThrow(expect.objectContaining({ code: 'already_claimed' }));
  });

  it('refuses a lower epoch and follows a higher one', () => {
    acquireClaim(paths, key, { ...first, epoch: 2 });
    expect(() => acquireClaim(paths, key, { ...first, attempt: 9 })).toThrow('opened again elsewhere');
    expect(acquireClaim(paths, key, { ...first, epoch: 3 })).toEqual(acquired);
  });

  it('[P1] goes to another batch only when no run of the holder lives', async () => {
    acquireClaim(paths, key, first);
    const wanted = { ...first, batch: otherBatch, task: otherTask };
    expect(() => acquireClaim(paths, key, wanted)).toThrow('it has just begun');
    const dir = await launchStep(first, 'sleep 60');
    expect(() => acquireClaim(paths, key, wanted)).toThrow('its step agent is running');
    const status = await inspectRun(dir);
    if (status.status !== 'running') throw new Error(status.status);
    process.kill(status.shim.pid, 'SIGKILL');
    await expect.poll(async () => (await inspectRun(dir)).status).toBe('orphaned');
    expect(() => acquireClaim(paths, key, wanted)).toThrow('its step agent is orphaned');
    await terminateRun(dir, { graceMs: 50 });
    expect(acquireClaim(paths, key, wanted)).toEqual(acquired);
    expect(readClaim(paths, key)).toMatchObject({ task: otherTask, batch: otherBatch, done: null });
  });

  it('[P1] a run of the former holder that was about to start finds its directory sealed', async () => {
    acquireClaim(paths, key, first);
    const dir = runDirectory(paths, task, 1, 'agent');
    mkdirSync(dir, { recursive: true });
    expect(acquireClaim(paths, key, { ...first, batch: otherBatch })).toEqual(acquired);
    await launchStep(first, 'echo never');
    expect(await inspectRun(dir)).toMatchObject({ status: 'exited', exit: { terminated: true } });
  });

  it('[P1] after the commit it answers done to its task and is free for another task', () => {
    acquireClaim(paths, key, first);
    markDone(paths, key, first, 'abc123');
    markDone(paths, key, first, 'abc123');
    const done = { result: 'done', sha: 'abc123' };
    expect(acquireClaim(paths, key, { ...first, attempt: 2 })).toEqual(done);
    expect(acquireClaim(paths, key, { ...first, batch: otherBatch, epoch: 7 })).toEqual(done);
    expect(releaseClaim(paths, key, first)).toBe(false);
    expect(acquireClaim(paths, key, { ...first, task: otherTask, batch: otherBatch })).toEqual(acquired);
    expect(() => markDone(paths, key, first, 'def')).toThrow('it changed hands');
  });

  it('can be let go of, by its holder only', () => {
    acquireClaim(paths, key, first);
    expect(releaseClaim(paths, key, { task, batch: otherBatch })).toBe(false);
    expect(releaseClaim(paths, key, first)).toBe(true);
    expect(acquireClaim(paths, key, { ...first, batch: otherBatch })).toEqual(acquired);
  });

  it('a claim that cannot be read holds', () => {
    mkdirSync(paths.claims, { recursive: true });
    writeFileSync(join(paths.claims, `${key}.json`), '{');
    expect(() => acquireClaim(paths, key, first)).toThrow('cannot be read');
  });
});

describe('run directories', () => {
  it('lists attempts by number and steps by name, and refuses names that lead elsewhere', () => {
    for (const [attempt, step] of [
      [10, 'agent'],
      [2, 'verify-0-1'],
      [2, 'agent'],
    ] as const) {
      mkdirSync(runDirectory(paths, task, attempt, step), { recursive: true });
    }
    expect(listAttempts(paths, task)).toEqual([2, 10]);
    expect(listSteps(paths, task, 2)).toEqual(['agent', 'verify-0-1']);
    expect(listAttempts(paths, otherTask)).toEqual([]);
    for (const step of ['..', 'a/b', '', '.hidden', 'A']) {
      expect(() => runDirectory(paths, task, 1, step)).toThrow(expect.objectContaining({ code: 'run_not_found' }));
    }
    expect(() => runDirectory(paths, task, 1.5, 'agent')).toThrow('No run can be named');
  });
});
