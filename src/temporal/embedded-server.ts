/** The Temporal server that we bring along: one per state directory, found again, started again, stopped by identity. */
import { mkdir } from 'node:fs/promises';
import { AppError } from '../contracts/errors.ts';
import type { Environment } from '../platform/environment.ts';
import type { Logger } from '../platform/logger.ts';
import { findTemporalBinary } from './binary.ts';
import { probeBinary } from './binary-probe.ts';
import type { ProbedBinary } from './binary-probe.ts';
import { launchServer } from './launch-server.ts';
import type { LaunchedServer } from './launch-server.ts';
import { choosePort, isPortFree } from './ports.ts';
import { waitForServer } from './server-health.ts';
import { endProcess, isAlive } from './server-process.ts';
import { readRecord, removeRecord, serverFiles } from './server-record.ts';
import type { ServerFiles, ServerRecord } from './server-record.ts';
import { withFileLock } from './start-lock.ts';

const DEFAULT_PORT = 7233;
const DEFAULT_UI_PORT = 8233;
const START_LOCK_TIMEOUT_MS = 300_000;
const JOIN_TIMEOUT_MS = 10_000;
const STOP_GRACE_MS = 10_000;
const LAUNCH_ATTEMPTS = 3;

/** What the embedded server needs. */
export interface EmbeddedServerOptions {
  /** State directory of the installation; the server's files are in `temporal` below it. */
  readonly stateDirectory: string;
  readonly cacheDirectory: string;
  readonly environment: Pick<Environment, 'temporalBin' | 'path' | 'raw'>;
  /** Path of the program from the settings; absent or null: see `findTemporalBinary`. */
  readonly configuredPath?: string | null;
  /** Tried first, after the port that it had the last time; default 7233. */
  readonly preferredPort?: number;
  /** Default 8233. */
  readonly preferredUiPort?: number;
  readonly logger: Logger;
}

/** A server that answers. */
export interface EmbeddedServer {
  readonly record: ServerRecord;
  /** True when it was running already. */
  readonly joined: boolean;
  /** True when its database was made now: workflows of before are not in it. */
  readonly newDatabase: boolean;
}

/**
 * The server of the state directory: the recorded one if that process lives and answers, else a new one on the
 * recorded port, the preferred port or a free one. Callers at the same time get the same server.
 * @throws AppError temporal_binary_missing, temporal_unreachable, port_taken (somebody took three free ports in a row)
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const files = await prepareFolder(options.stateDirectory);
  return withFileLock(files.lock, START_LOCK_TIMEOUT_MS, async () => {
    const last = await readRecord(files);
    if (last !== null && (await isUsable(last, options.logger))) {
      return { record: last, joined: true, newDatabase: false };
    }
    const binary = await findTemporalBinary(options);
    return { ...(await launchOnFreePorts(options, files, binary, last)), joined: false };
  });
}

/**
 * Starts the server `last` again after it died: same port, database and program, so that clients and workers go on.
 * Returns another starter's server if there is one.
 * @throws AppError port_taken while something else listens on its port, temporal_unreachable, temporal_binary_missing
 */
export async function restartEmbeddedServer(
  options: EmbeddedServerOptions,
  last: ServerRecord,
): Promise<EmbeddedServer> {
  const files = await prepareFolder(options.stateDirectory);
  return withFileLock(files.lock, START_LOCK_TIMEOUT_MS, async () => {
    const current = await readRecord(files);
    if (current !== null && (await isUsable(current, options.logger))) {
      return { record: current, joined: true, newDatabase: false };
    }
    if (!(await isPortFree(last.port))) {
      throw new AppError('port_taken', `Port ${last.port} of the Temporal server is taken by another program.`, {
        details: { port: last.port },
      });
    }
    const binary = await sameBinary(last, options);
    const uiPort = await choosePort([last.uiPort], [last.port]);
    const launched = await launchServer({ files, binary, port: last.port, uiPort, logger: options.logger });
    return { ...launched, joined: false };
  });
}

/**
 * Ends the recorded server of a state directory: SIGTERM, after 10 s SIGKILL. Returns false when none was running.
 * Only the process with the recorded pid and start time is ever touched.
 */
export async function stopEmbeddedServer(stateDirectory: string): Promise<boolean> {
  const files = await prepareFolder(stateDirectory);
  return withFileLock(files.lock, START_LOCK_TIMEOUT_MS, async () => {
    const record = await readRecord(files);
    if (record === null) return false;
    const wasAlive = await isAlive(record);
    if (wasAlive) await endProcess(record, STOP_GRACE_MS);
    await removeRecord(files);
    return wasAlive;
  });
}

/** The recorded server if its process lives; it may not answer yet. For `status` and `doctor`. */
export async function findEmbeddedServer(stateDirectory: string): Promise<ServerRecord | null> {
  const record = await readRecord(serverFiles(stateDirectory));
  return record !== null && (await isAlive(record)) ? record : null;
}

async function prepareFolder(stateDirectory: string): Promise<ServerFiles> {
  const files = serverFiles(stateDirectory);
  await mkdir(files.folder, { recursive: true, mode: 0o700 });
  return files;
}

/** A living server may still be coming up; one that never answers is ended, or its database would have two users. */
async function isUsable(record: ServerRecord, logger: Logger): Promise<boolean> {
  if (!(await isAlive(record))) return false;
  const version = await waitForServer(record.address, JOIN_TIMEOUT_MS, async () => !(await isAlive(record)));
  if (version !== null) return true;
  logger.warn({ pid: record.pid, address: record.address }, 'the Temporal server does not answer and is restarted');
  await endProcess(record, STOP_GRACE_MS);
  return false;
}

async function launchOnFreePorts(
  options: EmbeddedServerOptions,
  files: ServerFiles,
  binary: ProbedBinary,
  last: ServerRecord | null,
): Promise<LaunchedServer> {
  const wishes = [...(last === null ? [] : [last.port]), options.preferredPort ?? DEFAULT_PORT];
  const uiWishes = [...(last === null ? [] : [last.uiPort]), options.preferredUiPort ?? DEFAULT_UI_PORT];
  for (let attempt = 1; ; attempt += 1) {
    const port = await choosePort(attempt === 1 ? wishes : []);
    const uiPort = await choosePort(attempt === 1 ? uiWishes : [], [port]);
    try {
      return await launchServer({ files, binary, port, uiPort, logger: options.logger });
    } catch (error) {
      if (!AppError.is(error, 'port_taken') || attempt === LAUNCH_ATTEMPTS) throw error;
    }
  }
}

async function sameBinary(last: ServerRecord, options: EmbeddedServerOptions): Promise<ProbedBinary> {
  const same = await probeBinary(last.binary, options.environment).catch(() => null);
  return same !== null && same.serverVersion === last.version ? same : findTemporalBinary(options);
}
