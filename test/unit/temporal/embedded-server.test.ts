import { spawn } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asId } from '../../../src/contracts/ids.ts';
import { AppError } from '../../../src/contracts/errors.ts';
import { connectTemporal, embeddedTemporalConfig } from '../../../src/temporal/connection.ts';
import { findEmbeddedServer, startEmbeddedServer, stopEmbeddedServer } from '../../../src/temporal/embedded-server.ts';
import { markInstallation, readInstallation } from '../../../src/temporal/namespace.ts';
import { probeServer } from '../../../src/temporal/server-health.ts';
import { isAlive } from '../../../src/temporal/server-process.ts';
import { serverFiles } from '../../../src/temporal/server-record.ts';
import { superviseEmbeddedServer } from '../../../src/temporal/supervise-server.ts';
import { makeServerOptions, until, versionAnswer, writeScript } from './support.ts';

const installation = asId('installation', 'i_abcdefghij');

describe('the embedded Temporal server', () => {
  let options: Awaited<ReturnType<typeof makeServerOptions>>;
  beforeEach(async () => {
    options = await makeServerOptions();
  });
  afterEach(() => options.remove());

  /** Runs `work` with the namespace of the server at `address`. */
  const withNamespace = async <Result>(
    address: string,
    work: (target: Parameters<typeof readInstallation>[0]) => Promise<Result>,
  ): Promise<Result> => {
    const temporal = connectTemporal(embeddedTemporalConfig(address, { temporalNamespace: null }));
    try {
      return await work({ connection: temporal.connection, namespace: 'default', embedded: true });
    } finally {
      await temporal.close();
    }
  };

  it('starts on the preferred ports with a database per minor version, and stops', async () => {
    const { record, joined, newDatabase } = await startEmbeddedServer(options);
    expect({ joined, newDatabase }).toEqual({ joined: false, newDatabase: true });
    expect(record).toMatchObject({ port: options.preferredPort, uiPort: options.preferredUiPort });
    const minor = record.version.split('.').slice(0, 2).join('.');
    expect(record.databaseFile).toBe(join(options.stateDirectory, 'temporal', minor, 'temporal.db'));
    expect(await probeServer(record.address, 2_000)).toBe(record.version);
    expect((await fetch(`http://127.0.0.1:${record.uiPort}/`)).status).toBe(200);
    expect(await findEmbeddedServer(options.stateDirectory)).toEqual(record);

    expect(await stopEmbeddedServer(options.stateDirectory)).toBe(true);
    expect(await isAlive(record)).toBe(false);
    expect(await findEmbeddedServer(options.stateDirectory)).toBeNull();
    expect(await stopEmbeddedServer(options.stateDirectory)).toBe(false);
  });

  it('[P4] survives the kill -9 of its starter and is found again', async () => {
    const script = fileURLToPath(new URL('./fixtures/start-server.ts', import.meta.url));
    const { stateDirectory, cacheDirectory, preferredPort, preferredUiPort } = options;
    const argv = [script, stateDirectory, cacheDirectory, String(preferredPort), String(preferredUiPort)];
    const starter = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => starter.stdout.once('data', resolve));
    const exit = new Promise((resolve) => starter.once('exit', (_code, signal) => resolve(signal)));
    starter.kill('SIGKILL');
    expect(await exit).toBe('SIGKILL');

    const found = await startEmbeddedServer(options);
    expect(found.joined).toBe(true);
    expect(found.record.port).toBe(preferredPort);
    expect(await probeServer(found.record.address, 2_000)).not.toBeNull();
  });

  it('gives all who start at the same time the same server', async () => {
    const servers = await Promise.all([1, 2, 3].map(() => startEmbeddedServer(options)));
    expect(new Set(servers.map((server) => server.record.pid)).size).toBe(1);
    expect(servers.filter((server) => !server.joined)).toHaveLength(1);
  });

  it('takes a free port when the preferred one is taken', async () => {
    const blocker = createServer().listen(options.preferredPort, '127.0.0.1');
    await new Promise((resolve) => blocker.once('listening', resolve));
    try {
      const { record } = await startEmbeddedServer(options);
      expect(record.port).not.toBe(options.preferredPort);
      expect(await probeServer(record.address, 2_000)).not.toBeNull();
    } finally {
      blocker.close();
    }
  });

  it('is not fooled by a record whose pid belongs to another process', async () => {
    const first = await startEmbeddedServer(options);
    await stopEmbeddedServer(options.stateDirectory);
    const foreign = { ...first.record, pid: process.pid };
    await writeFile(serverFiles(options.stateDirectory).record, JSON.stringify(foreign));
    const second = await startEmbeddedServer(options);
    expect(second).toMatchObject({ joined: false, newDatabase: false });
    expect(second.record.pid).not.toBe(process.pid);
  });

  it('never runs twice on one database, even if the record of the first was never written', async () => {
    const first = await startEmbeddedServer(options);
    await rm(serverFiles(options.stateDirectory).record);
    const second = await startEmbeddedServer(options);
    expect(second).toMatchObject({ joined: false, newDatabase: false });
    expect(await isAlive(first.record)).toBe(false);
    expect(second.record.databaseFile).toBe(first.record.databaseFile);
  });

  it('is restarted on the same port and database when it dies, with its data kept', async () => {
    const server = await startEmbeddedServer(options);
    await withNamespace(server.record.address, (target) => markInstallation(target, installation));
    const states: string[] = [];
    const supervisor = superviseEmbeddedServer(options, server, (event) => states.push(event.state));
    process.kill(server.record.pid, 'SIGKILL');
    await until(() => states.includes('up'));

    // In between it may have failed: the system can need a moment to free the port of a killed process.
    expect([states[0], states.at(-1)]).toEqual(['down', 'up']);
    const after = supervisor.current();
    expect(after.pid).not.toBe(server.record.pid);
    expect(after).toMatchObject({ port: server.record.port, databaseFile: server.record.databaseFile });
    const mark = await withNamespace(after.address, (target) => readInstallation(target, installation));
    expect(mark.present).toBe(true);

    await supervisor.stop();
    expect(await isAlive(after)).toBe(false);
  });

  it('is tried again until its port is free', async () => {
    const server = await startEmbeddedServer(options);
    const events: { state: string; error?: unknown }[] = [];
    await stopEmbeddedServer(options.stateDirectory);
    const blocker = createServer().listen(server.record.port, '127.0.0.1');
    await new Promise((resolve) => blocker.once('listening', resolve));
    const supervisor = superviseEmbeddedServer(options, server, (event) => events.push(event));
    await until(() => events.some((event) => event.state === 'failed'));
    expect(AppError.is(events.find((event) => event.state === 'failed')?.error, 'port_taken')).toBe(true);
    blocker.close();
    await until(() => events.some((event) => event.state === 'up'));
    expect(supervisor.current().port).toBe(server.record.port);
    await supervisor.stop();
  });

  it('says what a server that ends at once has printed', async () => {
    const broken = join(options.stateDirectory, 'broken');
    const body = `[ "$1" = --version ] && { ${versionAnswer('1.8.2', '1.31.2')}; exit 0; }; sleep 0.2; echo "Error: no luck" >&2; exit 1`;
    await writeScript(broken, body);
    const starting = startEmbeddedServer({ ...options, configuredPath: broken });
    await expect(starting).rejects.toMatchObject({
      code: 'temporal_unreachable',
      message: expect.stringContaining('no luck'),
    });
    expect(await findEmbeddedServer(options.stateDirectory)).toBeNull();
    expect(await readFile(serverFiles(options.stateDirectory).log, 'utf8')).toContain('no luck');
  });
});
