/**
 * vitest globalSetup: one Temporal dev server per vitest process on free ports with a database of its own, tuned as in
 * the product. Vitest runs this once for every project that names it; they share the server by counting. With
 * `NIGHTLOOM_TEST_TEMPORAL=host:port` that server is used and left alone.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { readEnvironment } from '../../src/platform/environment.ts';
import { silentLogger } from '../../src/platform/logger.ts';
import { findTemporalBinary, sharedCacheDirectory } from '../../src/temporal/binary.ts';
import { connectTemporal, embeddedTemporalConfig } from '../../src/temporal/connection.ts';
import { prepareNamespace } from '../../src/temporal/namespace.ts';
import { choosePort, LOOPBACK } from '../../src/temporal/ports.ts';
import { serverArguments } from '../../src/temporal/server-arguments.ts';
import { waitForServer } from '../../src/temporal/server-health.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** `host:port` of the run's Temporal server; its namespace `default` has our search attributes. */
    temporalAddress: string;
  }
}

interface SharedServer {
  users: number;
  readonly address: Promise<string>;
  stop(): Promise<void>;
}

declare global {
  /** Every project may load its own copy of this module: only the process is shared. */
  var nightloomTestTemporal: SharedServer | undefined;
}

/** Provides `temporalAddress`; returns the teardown. */
export async function setup(project: Pick<TestProject, 'provide'>): Promise<() => Promise<void>> {
  const given = readEnvironment().raw['NIGHTLOOM_TEST_TEMPORAL'];
  if (given !== undefined && given !== '') {
    await prepareDefaultNamespace(given);
    project.provide('temporalAddress', given);
    return async () => undefined;
  }
  const server = (globalThis.nightloomTestTemporal ??= startShared());
  server.users += 1;
  project.provide('temporalAddress', await server.address);
  return async () => {
    server.users -= 1;
    if (server.users > 0) return;
    globalThis.nightloomTestTemporal = undefined;
    await server.stop();
  };
}

function startShared(): SharedServer {
  const starting = startServer();
  return {
    users: 0,
    address: starting.then((server) => server.address),
    stop: async () => (await starting).stop(),
  };
}

/**
 * The shell between ends the server when this process is gone for whatever reason: the pipe on its standard input
 * closes then. It takes the server's arguments as its own.
 */
const KEEPER = '"$@" </dev/null & server=$!; cat >/dev/null; kill -TERM $server; wait $server';

async function startServer(): Promise<{ address: string; stop(): Promise<void> }> {
  const environment = readEnvironment();
  const cacheDirectory = sharedCacheDirectory(environment);
  const binary = await findTemporalBinary({ environment, cacheDirectory, logger: silentLogger });
  const folder = await mkdtemp(join(tmpdir(), 'nightloom-temporal-'));
  const port = await choosePort([]);
  const uiPort = await choosePort([], [port]);
  const argv = [binary.path, ...serverArguments({ port, uiPort, databaseFile: join(folder, 'temporal.db') })];
  const logFile = join(folder, 'server.log');
  const log = await open(logFile, 'a');
  const keeper = spawn('/bin/sh', ['-c', KEEPER, 'sh', ...argv], { cwd: folder, stdio: ['pipe', log.fd, log.fd] });
  await log.close();
  const address = `${LOOPBACK}:${port}`;
  const stop = async (): Promise<void> => {
    await ended(keeper);
    await rm(folder, { recursive: true, force: true });
  };
  if ((await waitForServer(address, 30_000, async () => keeper.exitCode !== null)) === null) {
    const output = await readFile(logFile, 'utf8');
    await stop();
    throw new Error(`The Temporal server for the tests did not start:\n${output}`);
  }
  await prepareDefaultNamespace(address);
  return { address, stop };
}

async function prepareDefaultNamespace(address: string): Promise<void> {
  const config = embeddedTemporalConfig(address, { temporalNamespace: null });
  const temporal = connectTemporal(config);
  try {
    await prepareNamespace({ connection: temporal.connection, namespace: config.namespace, embedded: true });
  } finally {
    await temporal.close();
  }
}

async function ended(keeper: ChildProcess): Promise<void> {
  if (keeper.exitCode !== null || keeper.signalCode !== null) return;
  const exit = new Promise((resolve) => keeper.once('exit', resolve));
  keeper.stdin?.end();
  await exit;
}
