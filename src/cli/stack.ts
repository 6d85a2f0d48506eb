/** Finds the running stack, starts one in the background, and waits until it is healthy. */
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CATEGORIES } from '../contracts/error-catalogue.ts';
import { AppError } from '../contracts/errors.ts';
import { ensureStateDirectory } from '../platform/paths.ts';
import type { CliContext } from './context.ts';
import { startInBackground } from './processes.ts';
import type { BackgroundProgram } from './processes.ts';
import { stripControls } from './render/text.ts';
import { isRecordAlive, readStackRecord } from './stack-record.ts';
import type { StackRecord } from './stack-record.ts';

/** The first start may have to fetch a Temporal server. */
const START_TIMEOUT_MS = 300_000;
/** Workers need about two seconds more than the API. */
const PARTS_TIMEOUT_MS = 30_000;
const HEALTH_TIMEOUT_MS = 5_000;
const POLL_MS = 50;
const TAIL_LINES = 15;

/** The recorded stack if its process lives and its API answers; else null. */
export async function findStack(context: CliContext): Promise<StackRecord | null> {
  const record = await readStackRecord(context.paths.stackFile);
  if (record === null || !(await isRecordAlive(record))) return null;
  return (await answersHealth(record.url)) ? record : null;
}

/** Why there is no stack to talk to: none runs, or one does not answer. */
export async function absenceText(context: CliContext): Promise<string> {
  const record = await readStackRecord(context.paths.stackFile);
  if (record !== null && (await isRecordAlive(record))) {
    return `The stack (pid ${record.pid}) lives but does not answer at ${record.url}; see ${context.paths.logs}.`;
  }
  return `No stack is running for the state directory ${context.paths.home}.`;
}

/** True if an API of ours answers at `url`. */
async function answersHealth(url: string): Promise<boolean> {
  try {
    const answer = await fetch(new URL('/api/health', url), { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) });
    const body: unknown = await answer.json();
    return answer.ok && typeof body === 'object' && body !== null && 'status' in body && body.status === 'ok';
  } catch {
    return false;
  }
}

/** File that a background stack's output goes to. */
export function upLogFile(context: CliContext): string {
  return join(context.paths.logs, 'up.log');
}

/**
 * Starts a stack in the background and waits until its API answers.
 * @throws AppError state_dir_unusable; stack_unreachable with the tail of its log when it ends or takes 5 minutes
 */
export async function startStack(context: CliContext): Promise<StackRecord> {
  await ensureStateDirectory(context.paths.home);
  await mkdir(context.paths.logs, { recursive: true, mode: 0o700 });
  const logFile = upLogFile(context);
  const logStart = await sizeOf(logFile);
  const program = startInBackground('up', logFile, {
    ...context.environment.raw,
    NIGHTLOOM_HOME: context.paths.home,
  });
  return waitForStack(context, program, { logFile, logStart });
}

async function waitForStack(
  context: CliContext,
  program: BackgroundProgram,
  log: { logFile: string; logStart: number },
): Promise<StackRecord> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadline) {
    const ended = program.ended();
    const record = await findStack(context);
    if (record !== null) return whenHealthy(context, record);
    // A conflict: somebody else is just starting one, which is joined as soon as it answers.
    if (ended !== null && ended !== CATEGORIES.conflict.exit)
      throw await startFailed(`The stack ended while starting (exit ${ended}).`, log);
    await sleep(POLL_MS);
  }
  throw await startFailed(`The stack was not healthy after ${START_TIMEOUT_MS / 60_000} minutes.`, log);
}

/** Waits a while for the parts behind the API; what does not come up by then, the commands report themselves. */
async function whenHealthy(context: CliContext, record: StackRecord): Promise<StackRecord> {
  const deadline = performance.now() + PARTS_TIMEOUT_MS;
  while (performance.now() < deadline && !(await isHealthy(context, record.url))) await sleep(POLL_MS * 2);
  return record;
}

async function isHealthy(context: CliContext, url: string): Promise<boolean> {
  try {
    const token = (await readFile(context.paths.tokenFile, 'utf8')).trim();
    const signal = AbortSignal.timeout(HEALTH_TIMEOUT_MS);
    const answer = await fetch(new URL('/api/status', url), { signal, headers: { authorization: `Bearer ${token}` } });
    const body: unknown = await answer.json();
    return typeof body === 'object' && body !== null && 'healthy' in body && body.healthy === true;
  } catch {
    return false;
  }
}

async function startFailed(fact: string, log: { logFile: string; logStart: number }): Promise<AppError> {
  const tail = await readTail(log.logFile, log.logStart);
  return new AppError('stack_unreachable', `${fact} The end of its log (${log.logFile}):`, {
    details: { log: tail, next: '`nightloom doctor`, then `nightloom up` to see it start in the foreground.' },
  });
}

async function sizeOf(file: string): Promise<number> {
  try {
    await using handle = await open(file, 'r');
    return (await handle.stat()).size;
  } catch {
    return 0;
  }
}

/** Last lines that were written to `file` after byte `from`. */
async function readTail(file: string, from: number): Promise<string[]> {
  try {
    await using handle = await open(file, 'r');
    const { size } = await handle.stat();
    const start = Math.max(from, size - 8192);
    const buffer = Buffer.alloc(Math.max(0, size - start));
    await handle.read(buffer, 0, buffer.length, start);
    return stripControls(buffer.toString('utf8')).trimEnd().split('\n').slice(-TAIL_LINES);
  } catch {
    return [];
  }
}
