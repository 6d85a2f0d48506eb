import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NativeConnection } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asId } from '../../../src/contracts/ids.ts';
import type { BatchId } from '../../../src/contracts/ids.ts';
import { batchWorkflowId } from '../../../src/contracts/names.ts';
import type { BatchState } from '../../../src/contracts/state.ts';
import { newBatchState } from '../../../src/domain/new-batch.ts';
import { newId } from '../../../src/platform/ids.ts';
import { silentLogger } from '../../../src/platform/logger.ts';
import { createBatchClient } from '../../../src/temporal/batches.ts';
import type { BatchClient } from '../../../src/temporal/batches.ts';
import { connectTemporal, embeddedTemporalConfig } from '../../../src/temporal/connection.ts';
import type { TemporalClient } from '../../../src/temporal/connection.ts';
import { startEmbeddedServer } from '../../../src/temporal/embedded-server.ts';
import { prepareNamespace } from '../../../src/temporal/namespace.ts';
import { connectWorker } from '../../../src/temporal/worker-connection.ts';
import { createControlWorker } from '../../../src/worker/control-worker.ts';
import { runWorker } from '../../../src/worker/run-worker.ts';
import { installRuntime } from '../../../src/worker/runtime.ts';
import { workflowBundlePath } from '../../../src/worker/workflow-bundle.ts';
import { makeScratch, makeServerOptions, until } from './support.ts';
import type { Scratch } from './support.ts';

const installation = newId('installation');

function idleBatch(): BatchState {
  return newBatchState({
    installation,
    batch: newId('batch'),
    host: asId('host', 'here-abcd'),
    project: newId('project'),
    epoch: 1,
    name: 'Tonight',
    onFailure: 'continue',
    accounts: {},
    tasks: [],
  });
}

describe('commands to batch workflows', () => {
  let options: Awaited<ReturnType<typeof makeServerOptions>>;
  let scratch: Scratch;
  let temporal: TemporalClient;
  let connection: NativeConnection;
  let bundlePath: string;
  let batches: BatchClient;

  beforeAll(async () => {
    options = await makeServerOptions();
    scratch = await makeScratch();
    const { record } = await startEmbeddedServer(options);
    const config = embeddedTemporalConfig(record.address, { temporalNamespace: null });
    temporal = connectTemporal(config);
    await prepareNamespace({ connection: temporal.connection, namespace: 'default', embedded: true });
    installRuntime(silentLogger);
    connection = await connectWorker(config, 5_000);
    bundlePath = await workflowBundlePath({
      sources: [fileURLToPath(new URL('./fixtures', import.meta.url))],
      entry: fileURLToPath(new URL('./fixtures/workflows.ts', import.meta.url)),
      bundle: join(scratch.path, 'workflows.js'),
      key: join(scratch.path, 'workflows.key'),
    });
    batches = createBatchClient({ client: temporal.client, installation });
  }, 60_000);
  afterAll(async () => {
    await connection.close();
    await temporal.close();
    await options.remove();
    await scratch.remove();
  });

  const withWorker = async (work: () => Promise<void>): Promise<void> => {
    const worker = await createControlWorker({
      connection,
      namespace: 'default',
      installation,
      bundlePath,
      activities: {},
    });
    const controller = new AbortController();
    const running = runWorker(worker, controller.signal, silentLogger);
    try {
      await work();
    } finally {
      controller.abort();
      await running;
    }
  };
  const start = async (): Promise<BatchId> => {
    const state = idleBatch();
    expect(await batches.startWorkflow(state, { summary: '3 tasks', details: '# Night' })).toBe('started');
    return state.batch;
  };
  const command = (number = 1) => ({ commandId: randomUUID(), number });

  it('starts a batch once, with search attributes and texts', async () => {
    const state = idleBatch();
    const texts = { summary: '3 tasks', details: '# Night' };
    expect(await batches.startWorkflow(state, texts)).toBe('started');
    expect(await batches.startWorkflow(state, texts)).toBe('exists');
    expect(await batches.describe(state.batch)).toMatchObject({ open: true, status: 'RUNNING', closedAtMs: null });
    const described = await temporal.client.workflow.getHandle(batchWorkflowId(installation, state.batch)).describe();
    expect(await described.staticSummary()).toBe('3 tasks');
    const attributes = Object.fromEntries(
      described.typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]),
    );
    expect(attributes).toMatchObject({
      NightloomPhase: 'idle',
      NightloomHost: 'here-abcd',
      NightloomInstallation: installation,
    });
  });

  it('returns the answer of a command, and the same one when it is repeated', () =>
    withWorker(async () => {
      const batch = await start();
      const pause = { ...command(), now: false };
      const answered = { kind: 'answered', answer: { result: 'applied', status: 'paused', running: null } };
      expect(await batches.update(batch, 'pause', pause)).toEqual(answered);
      expect(await batches.update(batch, 'pause', pause)).toEqual(answered);
      expect((await batches.state(batch)).answers).toHaveLength(1);
    }));

  it('turns a refusal into the error of its code, with its details', () =>
    withWorker(async () => {
      const batch = await start();
      await batches.update(batch, 'pause', { ...command(), now: false });
      const refused = batches.update(batch, 'pause', { ...command(), now: false });
      await expect(refused).rejects.toMatchObject({
        code: 'illegal_transition',
        message: 'It is paused.',
        details: { status: 'paused' },
      });
    }));

  it('says closed after the end, and opens the batch again under its id', () =>
    withWorker(async () => {
      const state = idleBatch();
      const texts = { summary: 's', details: 'd' };
      await batches.startWorkflow(state, texts);
      expect(await batches.reopen(state, texts)).toBe('exists');
      await batches.update(state.batch, 'cancel', command());
      await until(async () => (await batches.describe(state.batch))?.open === false);
      expect(await batches.update(state.batch, 'pause', { ...command(), now: false })).toEqual({ kind: 'closed' });
      expect((await batches.state(state.batch)).status).toBe('cancelled');
      await expect(batches.signalCancel(state.batch, command())).rejects.toMatchObject({ code: 'batch_not_found' });
      expect(await batches.startWorkflow(state, texts)).toBe('exists');
      expect(await batches.reopen(state, texts)).toBe('started');
      expect((await batches.describe(state.batch))?.open).toBe(true);
    }));

  it('stays with its command while the workflow continues as new again and again', () =>
    withWorker(async () => {
      const batch = await start();
      const commands = Array.from({ length: 8 }, (_, number) => command(number));
      const patient = createBatchClient({ client: temporal.client, installation, timeoutMs: 40_000 });
      const sent = commands.map((each) => patient.update(batch, 'start', each));
      for (const outcome of await Promise.all(sent)) expect(outcome.kind).toBe('answered');
      // The server lets a run that follows many short ones wait for its first task.
      const { answers } = await patient.state(batch);
      expect(answers.map(([id]) => id).toSorted()).toEqual(commands.map((each) => each.commandId).toSorted());
    }));

  it('says no_worker in time; the command is applied when one comes back', async () => {
    const batch = await start();
    const hasty = createBatchClient({ client: temporal.client, installation, timeoutMs: 500 });
    const pause = { ...command(), now: false };
    await expect(hasty.update(batch, 'pause', pause)).rejects.toMatchObject({ code: 'no_worker' });
    await expect(hasty.state(batch)).rejects.toMatchObject({ code: 'no_worker' });
    await withWorker(async () => {
      expect(await batches.update(batch, 'pause', pause)).toMatchObject({ kind: 'answered' });
      expect((await batches.state(batch)).answers).toHaveLength(1);
    });
  });

  it('[P8] stores a pause without a worker', async () => {
    const batch = await start();
    await batches.signalPause(batch, { ...command(), now: false });
    await withWorker(async () => {
      await until(async () => (await batches.state(batch)).status === 'paused');
    });
  });

  it('says that a batch is not known', async () => {
    const unknown = newId('batch');
    expect(await batches.describe(unknown)).toBeNull();
    const notFound = { code: 'batch_not_found' };
    await expect(batches.update(unknown, 'cancel', command())).rejects.toMatchObject(notFound);
    await expect(batches.signalCancel(unknown, command())).rejects.toMatchObject(notFound);
    await expect(batches.state(unknown)).rejects.toMatchObject(notFound);
  });

  it('says that Temporal does not answer', async () => {
    const nowhere = connectTemporal(embeddedTemporalConfig('127.0.0.1:1', { temporalNamespace: null }));
    const lost = createBatchClient({ client: nowhere.client, installation, timeoutMs: 300 });
    const unreachable = { code: 'temporal_unreachable' };
    await expect(lost.update(newId('batch'), 'cancel', command())).rejects.toMatchObject(unreachable);
    await expect(lost.describe(newId('batch'))).rejects.toMatchObject(unreachable);
    await expect(lost.startWorkflow(idleBatch(), { summary: '', details: '' })).rejects.toMatchObject(unreachable);
    await nowhere.close();
  });
});
