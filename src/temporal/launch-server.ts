/** Starts the dev server as a process that outlives us. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { access, mkdir, open, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '../contracts/errors.ts';
import type { Logger } from '../platform/logger.ts';
import type { ProbedBinary } from './binary-probe.ts';
import { LOOPBACK } from './ports.ts';
import { serverArguments } from './server-arguments.ts';
import { waitForServer } from './server-health.ts';
import { endProcess, isAlive, readStartTime } from './server-process.ts';
import type { ProcessIdentity } from './server-process.ts';
import { databaseFileFor, writeRecord } from './server-record.ts';
import type { ServerFiles, ServerRecord } from './server-record.ts';
import { ANNOUNCE_PID, endUnrecordedServer } from './unrecorded-server.ts';

const READY_TIMEOUT_MS = 30_000;
const LOG_MAX_BYTES = 20 * 1024 * 1024;

/** What to start and where. */
export interface LaunchOptions {
  readonly files: ServerFiles;
  readonly binary: ProbedBinary;
  readonly port: number;
  readonly uiPort: number;
  readonly logger: Logger;
}

/** A server that answers. */
export interface LaunchedServer {
  readonly record: ServerRecord;
  /** True when its database did not exist before: it knows no namespace data and no workflows of ours. */
  readonly newDatabase: boolean;
}

/**
 * Starts the server in a session of its own, with its output appended to a log file, and waits until it answers.
 * The record is written before that: a server whose starter dies while it comes up is found as well. A server that
 * nobody recorded is ended first.
 * @throws AppError port_taken when it ended because of its port, temporal_unreachable when it ended otherwise or did
 * not answer in 30 s; it is gone then
 */
export async function launchServer(options: LaunchOptions): Promise<LaunchedServer> {
  const { files, binary, port, uiPort } = options;
  const databaseFile = databaseFileFor(files, binary.serverVersion);
  await mkdir(dirname(databaseFile), { recursive: true, mode: 0o700 });
  await endUnrecordedServer(files);
  const newDatabase = !(await exists(databaseFile));
  const started = Date.now();
  const child = await spawnDetached(options, serverArguments({ port, uiPort, databaseFile }));
  const identity = await identify(child, files);
  const address = `${LOOPBACK}:${port}`;
  const version = binary.serverVersion;
  const record = { ...identity, port, uiPort, address, version, databaseFile, binary: binary.path };
  await writeRecord(files, record);
  await waitUntilReady(record, files);
  options.logger.info({ address, uiPort, version, durationMs: Date.now() - started }, 'Temporal server started');
  return { record, newDatabase };
}

async function spawnDetached(options: LaunchOptions, argv: readonly string[]): Promise<ChildProcess> {
  const { log, folder } = options.files;
  await rotate(log);
  const output = await open(log, 'a', 0o600);
  try {
    // It needs nothing of our environment, and must not keep our secrets readable in its own.
    const env = { HOME: folder, PATH: '/usr/bin:/bin' };
    const stdio = ['ignore', output.fd, output.fd] satisfies ['ignore', number, number];
    const shell = ['-c', ANNOUNCE_PID, 'sh', options.files.pid, options.binary.path, ...argv];
    const child = spawn('/bin/sh', shell, { cwd: folder, env, detached: true, stdio });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    child.unref();
    return child;
  } finally {
    await output.close();
  }
}

async function identify(child: ChildProcess, files: ServerFiles): Promise<ProcessIdentity> {
  const { pid } = child;
  const startTime = pid === undefined ? null : await readStartTime(pid);
  if (pid === undefined || startTime === null) throw await endedEarly(files);
  return { pid, startTime };
}

async function waitUntilReady(record: ServerRecord, files: ServerFiles): Promise<void> {
  const answered = await waitForServer(record.address, READY_TIMEOUT_MS, async () => !(await isAlive(record)));
  // Another server may have taken the port between our check and ours: then ours has ended or is about to.
  if (answered !== null && (await isAlive(record))) return;
  if (!(await isAlive(record))) throw await endedEarly(files);
  await endProcess(record, 1_000);
  throw new AppError(
    'temporal_unreachable',
    `The Temporal server did not answer within ${READY_TIMEOUT_MS / 1000} s.`,
    {
      details: { log: files.log, output: await logTail(files.log) },
    },
  );
}

async function endedEarly(files: ServerFiles): Promise<AppError> {
  const output = await logTail(files.log);
  const lastError = output.split('\n').findLast((line) => line.startsWith('Error:')) ?? '';
  const code = lastError.includes('address already in use') ? 'port_taken' : 'temporal_unreachable';
  return new AppError(code, `The Temporal server ended at once. ${lastError}`.trim(), {
    details: { log: files.log, output },
  });
}

async function logTail(log: string): Promise<string> {
  const file = await open(log, 'r');
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - 4_096);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Keeps one older log. */
async function rotate(log: string): Promise<void> {
  const found = await stat(log).catch(() => null);
  if (found !== null && found.size > LOG_MAX_BYTES) await rename(log, `${log}.1`);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
