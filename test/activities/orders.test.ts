import { createGlances } from '../../src/host/git/glances.ts';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { createHostActivities } from '../../src/activities/host/create-host-activities.ts';
import type { HostActivities } from '../../src/activities/types.ts';
import type { AgentGo } from '../../src/contracts/host-work.ts';
import { asId } from '../../src/contracts/ids.ts';
import { hostQueue } from '../../src/contracts/names.ts';
import type { OrderBody, WorkOrder } from '../../src/contracts/order.ts';
import { orderMac } from '../../src/host/orders/order-mac.ts';
import { freezeRequirement } from '../../src/host/requirements/freeze.ts';
import type { HostContext } from '../../src/host/tasks/host-context.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { readEnvironment } from '../../src/platform/environment.ts';
import { newHostId, newId } from '../../src/platform/ids.ts';
import { silentLogger } from '../../src/platform/logger.ts';
import { createMasker } from '../../src/platform/masking.ts';
import { ensureStateDirectory } from '../../src/platform/paths.ts';
import { installRuntime } from '../../src/worker/runtime.ts';
import { makeRepository } from '../support/git-repository.ts';
import type { TestRepository } from '../support/git-repository.ts';
import { script, startInstallation } from '../support/installation.ts';

const GO: AgentGo = { step: 'agent', prompt: 'attempt', sessionId: null, priorCostUsd: null, round: -1 };

let root: string;
let repository: TestRepository;
let context: HostContext;
let valid: OrderBody;

beforeAll(() => installRuntime(silentLogger));
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'nightloom-test-'));
  repository = await makeRepository({ 'README.md': '# Test\n', '.claude/commands/a.md': script('a', 'write a.txt 1') });
  const paths = await ensureStateDirectory(join(root, 'home'));
  context = {
    paths,
    environment: readEnvironment({
      PATH: readEnvironment().path,
      HOME: root,
      NIGHTLOOM_SCRIPTED_STATE: join(root, 'scripted'),
    }),
    installation: newId('installation'),
    host: newHostId('test'),
    secret: 'a'.repeat(64),
    clock: systemClock,
    logger: silentLogger,
    masker: createMasker([]),
    glances: createGlances(),
  };
  const { sha256 } = await freezeRequirement(repository.directory, 'a', paths.inputs);
  valid = {
    v: 1,
    installation: context.installation,
    host: context.host,
    batch: newId('batch'),
    batchName: 'night',
    task: newId('task'),
    attempt: 1,
    epoch: 1,
    kind: 'requirement',
    project: newId('project'),
    projectName: 'test',
    projectPath: repository.directory,
    input: { name: 'a', sha256 },
    overrides: { agent: { name: 'scripted' } },
    trustedSha256: null,
    notAfter: new Date(Date.now() + 60_000).toISOString(),
  };
});
afterEach(async () => {
  await repository.remove();
  await rm(root, { recursive: true, force: true });
});

/** Calls activities as a worker would. */
function onHost(work: (host: HostActivities) => Promise<unknown>): Promise<unknown> {
  return new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') }).run(() =>
    work(createHostActivities(context)),
  );
}

function sign(body: OrderBody, secret = context.secret): WorkOrder {
  return { ...body, mac: orderMac(body, secret) };
}

async function nothingWasDone(): Promise<void> {
  expect(await readdir(context.paths.runs)).toEqual([]);
  expect(await readdir(context.paths.worktrees)).toEqual([]);
  expect(await repository.git(['branch', '--list', 'nightloom/*'])).toBe('');
}

describe('a work order', () => {
  it('that is right is done', async () => {
    const order = sign(valid);
    await onHost((host) => host.prepareWorkspace({ order }));
    const started = await onHost((host) => host.startAgent({ order, go: GO }));
    expect(started).toMatchObject({ status: expect.stringMatching(/^(ended|running)$/) });
    await onHost((host) => host.endAgent({ order, go: GO }));
    expect(await readdir(context.paths.runs)).toContain(valid.task);
  });

  const forged: [string, () => WorkOrder][] = [
    ['whose project was changed', () => ({ ...sign(valid), projectPath: root })],
    [
      'whose settings were changed',
      () => ({ ...sign(valid), overrides: { agent: { name: 'command', command: ['sh'] } } }),
    ],
    ['whose task was changed', () => ({ ...sign(valid), task: newId('task') })],
    ['signed with another secret', () => sign(valid, 'b'.repeat(64))],
    ['without a signature', () => ({ ...valid, mac: '' })],
    ['for another host', () => sign({ ...valid, host: newHostId('other') })],
    ['of another installation', () => sign({ ...valid, installation: newId('installation') })],
    ['that has expired', () => sign({ ...valid, notAfter: new Date(Date.now() - 1000).toISOString() })],
  ];

  it.each(forged)('%s starts nothing', async (_what, make) => {
    const refusal = { type: 'order_refused', nonRetryable: true };
    const order = make();
    await expect(onHost((host) => host.prepareWorkspace({ order }))).rejects.toMatchObject(refusal);
    await expect(onHost((host) => host.startAgent({ order, go: GO }))).rejects.toMatchObject(refusal);
    await nothingWasDone();
  });

  it('of a lower epoch than one before it starts nothing', async () => {
    const later = sign({ ...valid, epoch: 2, task: newId('task') });
    await onHost((host) => host.endAgent({ order: later, go: GO }));
    const order = sign(valid);
    const refusal = { type: 'order_refused', nonRetryable: true };
    await expect(onHost((host) => host.prepareWorkspace({ order }))).rejects.toMatchObject(refusal);
    await expect(onHost((host) => host.startAgent({ order, go: GO }))).rejects.toMatchObject(refusal);
    await nothingWasDone();
  });

  it('is checked by every activity', async () => {
    const order = sign(valid, 'b'.repeat(64));
    const refusal = { type: 'order_refused' };
    await expect(onHost((host) => host.watchAgent({ order, go: GO }))).rejects.toMatchObject(refusal);
    await expect(onHost((host) => host.endAgent({ order, go: GO }))).rejects.toMatchObject(refusal);
    await expect(onHost((host) => host.verify({ order, round: 0 }))).rejects.toMatchObject(refusal);
    await expect(onHost((host) => host.commitTask({ order }))).rejects.toMatchObject(refusal);
    await expect(onHost((host) => host.salvage({ order, attempts: 'over' }))).rejects.toMatchObject(refusal);
    await expect(onHost((host) => host.closeWorkspace({ order, deliver: true }))).rejects.toMatchObject(refusal);
    await nothingWasDone();
  });

  it('is refused by a real worker, too, whoever asks it through Temporal', async () => {
    const installation = await startInstallation(inject('temporalAddress'), { 'README.md': '# Test\n' });
    try {
      const { host, installation: id, paths } = installation.context;
      const order = {
        ...sign({ ...valid, host, installation: id, projectPath: installation.repository.directory }),
        mac: 'f'.repeat(64),
      };
      const asked = installation.temporal.client.activity.execute('startAgent', {
        id: `forged-${asId('task', order.task)}`,
        taskQueue: hostQueue(id, host),
        args: [{ order, go: GO }],
        startToCloseTimeout: '10s',
      });
      await expect(asked).rejects.toMatchObject({ cause: { type: 'order_refused' } });
      expect(await readdir(paths.runs)).toEqual([]);
    } finally {
      await installation.stop();
    }
  });
});
