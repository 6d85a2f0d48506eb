/** A server of the user's that does not know the open batches: nothing happens by itself, `recover` does it. */
import { randomBytes } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { batchWorkflowId } from '../../src/contracts/names.ts';
import { asId } from '../../src/contracts/ids.ts';
import { isRecord, readJson } from '../../src/host/runs/run-directory.ts';
import { connectTemporal, embeddedTemporalConfig } from '../../src/temporal/connection.ts';
import { prepareNamespace } from '../../src/temporal/namespace.ts';
import type { TestRepository } from '../support/git-repository.ts';
import { asBatch } from '../e2e/support/batch.ts';
import { makeUser } from '../e2e/support/user.ts';
import type { Ran, User } from '../e2e/support/user.ts';

const [first, second] = [`first-${randomBytes(4).toString('hex')}`, `second-${randomBytes(4).toString('hex')}`];
let user: User;
let repository: TestRepository;
let batch: string;

function inNamespace(namespace: string): { env: Record<string, string> } {
  return { env: { TEMPORAL_NAMESPACE: namespace } };
}

async function call(namespace: string, ...args: string[]): Promise<Ran> {
  return await user.call(args, { ...inNamespace(namespace), cwd: repository.directory });
}

function epochOf(): number {
  const database = new DatabaseSync(join(user.state, 'nightloom.db'), { readOnly: true, timeout: 5000 });
  try {
    return Number(database.prepare('select epoch from batches where id = ?').get(batch)?.['epoch']);
  } finally {
    database.close();
  }
}

/** Temporal's word for the newest execution of the batch there. */
async function executionIn(namespace: string): Promise<{ status: string; runId: string }> {
  const config = embeddedTemporalConfig(inject('temporalAddress'), { temporalNamespace: namespace });
  const temporal = connectTemporal(config);
  try {
    const identity = readJson(join(user.state, 'installation.json'));
    const installation = asId('installation', isRecord(identity) ? String(identity['installation']) : '');
    const handle = temporal.client.workflow.getHandle(batchWorkflowId(installation, asId('batch', batch)));
    const found = await handle.describe();
    return { status: found.status.name, runId: found.runId };
  } finally {
    await temporal.close();
  }
}

beforeAll(async () => {
  for (const namespace of [first, second]) {
    const config = embeddedTemporalConfig(inject('temporalAddress'), { temporalNamespace: namespace });
    const { connection, close } = connectTemporal(config);
    await prepareNamespace({ connection, namespace, embedded: true });
    await close();
  }
  user = await makeUser(inject('temporalAddress'));
  repository = await user.repository({ one: 'write a.txt a\nsleep 3s', two: 'write b.txt b' });
  const args = ['run', '--agent', 'scripted', '--detach', '--json'];
  const ran = await call(first, ...args);
  expect(ran.exit, ran.err).toBe(0);
  batch = asBatch(JSON.parse(ran.out)).id;
  await call(first, 'batch', 'pause', '--now', batch);
  await call(first, 'down');
}, 120_000);

afterAll(() => user.leave());

describe('another Temporal', () => {
  it('up refuses it, says why, and changes nothing', async () => {
    const up = await call(second, 'up');
    expect(up.exit).toBe(6);
    expect(up.err).toContain(`namespace ${second}, does not know the open batch of this installation`);
    expect(up.err).toContain('Next: Correct TEMPORAL_ADDRESS; if their server is lost for good: `nightloom recover');
    expect(epochOf()).toBe(1);
  });

  it('recover needs the word that the other one is lost', async () => {
    const ran = await call(second, 'recover');
    expect(ran.exit).toBe(2);
    expect(ran.err).toContain('--temporal-lost');
    expect(epochOf()).toBe(1);
  });

  it('recover opens the batch there, once; the next up goes on', async () => {
    const ran = await call(second, 'recover', '--temporal-lost');
    expect(ran.exit, ran.err).toBe(0);
    expect(ran.out).toContain(batch);
    expect(epochOf()).toBe(2);
    expect((await call(second, 'up', '--detach')).exit).toBe(0);
    const shown = await call(second, 'batch', 'show', batch, '--json');
    expect(asBatch(JSON.parse(shown.out))).toMatchObject({ status: 'paused' });
    expect(epochOf()).toBe(2);
  });

  it('while a stack runs nobody recovers', async () => {
    const ran = await call(second, 'recover', '--temporal-lost');
    expect(ran.exit).toBe(5);
    expect(epochOf()).toBe(2);
    await call(second, 'down');
  });

  it('the first one, left behind, is not taken up again by itself; told so, its old execution is ended', async () => {
    const before = await executionIn(first);
    expect(before.status).toBe('RUNNING');
    expect((await call(first, 'up')).exit).toBe(6);
    expect(await executionIn(first)).toEqual(before);
    expect((await call(first, 'recover', '--temporal-lost')).exit).toBe(0);
    const after = await executionIn(first);
    expect(after.status).toBe('RUNNING');
    expect(after.runId).not.toBe(before.runId);
    expect(epochOf()).toBe(3);
  });

  it('[P2] the night ends as if nothing had been', async () => {
    expect((await call(first, 'up', '--detach')).exit).toBe(0);
    expect((await call(first, 'batch', 'resume', batch)).exit).toBe(0);
    for (;;) {
      const shown = asBatch(JSON.parse((await call(first, 'batch', 'show', batch, '--json')).out));
      if (shown.status === 'completed') {
        expect(shown.counts).toMatchObject({ completed: 2, failed: 0 });
        break;
      }
      await sleep(200);
    }
    const log = await repository.git(['log', '--all', '--format=%(trailers:key=Nightloom-Task,valueonly)']);
    const tasks = log.split('\n').filter((line) => line !== '');
    expect(tasks).toHaveLength(2);
    expect(new Set(tasks).size).toBe(2);
  });
});
