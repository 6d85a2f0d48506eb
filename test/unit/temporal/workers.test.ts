import { Context } from '@temporalio/activity';
import type { NativeConnection } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostQueue } from '../../../src/contracts/names.ts';
import { newHostId, newId } from '../../../src/platform/ids.ts';
import { silentLogger } from '../../../src/platform/logger.ts';
import { connectTemporal, embeddedTemporalConfig } from '../../../src/temporal/connection.ts';
import type { TemporalClient } from '../../../src/temporal/connection.ts';
import { startEmbeddedServer } from '../../../src/temporal/embedded-server.ts';
import { connectWorker } from '../../../src/temporal/worker-connection.ts';
import { createHostWorker } from '../../../src/worker/host-worker.ts';
import { runWorker } from '../../../src/worker/run-worker.ts';
import { installRuntime } from '../../../src/worker/runtime.ts';
import type { Activities } from '../../../src/worker/worker-options.ts';
import { makeServerOptions, until } from './support.ts';

describe('the host worker', () => {
  let options: Awaited<ReturnType<typeof makeServerOptions>>;
  let temporal: TemporalClient;
  let connection: NativeConnection;
  const installation = newId('installation');
  const host = newHostId('here');

  beforeAll(async () => {
    options = await makeServerOptions();
    const { record } = await startEmbeddedServer(options);
    const config = embeddedTemporalConfig(record.address, { temporalNamespace: null });
    temporal = connectTemporal(config);
    installRuntime(silentLogger);
    installRuntime(silentLogger);
    connection = await connectWorker(config, 5_000);
  });
  afterAll(async () => {
    await connection.close();
    await temporal.close();
    await options.remove();
  });

  const makeWorker = (activities: Activities) =>
    createHostWorker({ connection, namespace: 'default', installation, host, activities });
  const startActivity = (name: string) =>
    temporal.client.activity.start(name, {
      id: newId('task'),
      taskQueue: hostQueue(installation, host),
      startToCloseTimeout: '1m',
      heartbeatTimeout: '6s',
      args: [],
    });

  it('runs activities of its own queue', async () => {
    const worker = await makeWorker({ double: async () => 42 });
    const controller = new AbortController();
    const running = runWorker(worker, controller.signal, silentLogger);
    expect(await (await startActivity('double')).result()).toBe(42);
    controller.abort();
    expect(await running).toBe(true);
    expect(worker.getState()).toBe('STOPPED');
  });

  it('tells its activities that only the worker stops, and the next worker goes on', async () => {
    const seen: unknown[] = [];
    const watch = async (): Promise<string> => {
      const context = Context.current();
      if (context.info.attempt > 1) return 're-attached';
      context.heartbeat();
      seen.push('started');
      try {
        await context.cancelled;
      } finally {
        seen.push(context.cancellationDetails);
      }
      return 'never';
    };
    const controller = new AbortController();
    const running = runWorker(await makeWorker({ watch }), controller.signal, silentLogger);
    const handle = await startActivity('watch');
    await until(() => seen.includes('started'));
    controller.abort();
    await running;
    expect(seen[1]).toMatchObject({ workerShutdown: true, cancelRequested: false });

    const second = new AbortController();
    const runningAgain = runWorker(await makeWorker({ watch }), second.signal, silentLogger);
    expect(await handle.result()).toBe('re-attached');
    second.abort();
    await runningAgain;
  });

  it('stops within 15 s even when an activity does not end', async () => {
    let release = (): void => undefined;
    let started = false;
    const stubborn = () =>
      new Promise<void>((resolve) => {
        started = true;
        release = resolve;
      });
    const controller = new AbortController();
    const running = runWorker(await makeWorker({ stubborn }), controller.signal, silentLogger);
    await startActivity('stubborn');
    await until(() => started);
    const asked = Date.now();
    controller.abort();
    expect(await running).toBe(false);
    expect(Date.now() - asked).toBeLessThan(15_000);
    release();
  });
});
