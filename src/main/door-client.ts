/** The host door of another process: every call is one signed request. */
import { randomUUID } from 'node:crypto';
import { isErrorCode } from '../contracts/error-catalogue.ts';
import { AppError } from '../contracts/errors.ts';
import type { HostDoor } from '../contracts/host-door.ts';
import type { Clock } from '../platform/clock.ts';
import type { DoorMethod } from './door-calls.ts';
import { kindsClient } from './door-kinds.ts';
import { DOOR_PATH, HEADERS, isSignedBy, signatureOf } from './door-protocol.ts';
import type { DoorAnswer } from './door-protocol.ts';

/** Where the door is. */
export interface DoorClientOptions {
  /** For example `http://127.0.0.1:7790`. */
  readonly url: string;
  /** The installation's. */
  readonly secret: string;
  readonly clock: Pick<Clock, 'now'>;
}

const CALL_TIMEOUT_MS = 30_000;
/** Cleaning up walks through every run and worktree; a push has hooks and a remote. */
const SLOW_CALLS: ReadonlySet<DoorMethod> = new Set(['prune', 'commitAndPush']);
const SLOW_CALL_TIMEOUT_MS = 300_000;

/** A door at `options.url`. Besides what the door itself throws, every call throws AppError host_offline. */
export function connectDoor(options: DoorClientOptions): HostDoor {
  const ask = async <Result>(method: DoorMethod, args: readonly unknown[]): Promise<Result> => {
    const answer = await post<Result>(options, method, JSON.stringify(args));
    if (!answer.ok) throw toError(answer);
    return answer.value;
  };
  return {
    checkProject: (path) => ask('checkProject', [path]),
    listRequirements: (path) => ask('listRequirements', [path]),
    readRequirement: (path, name) => ask('readRequirement', [path, name]),
    freezeRequirement: (path, name) => ask('freezeRequirement', [path, name]),
    changeRequirements: (path, request) => ask('changeRequirements', [path, request]),
    undoRequirements: (path, id) => ask('undoRequirements', [path, id]),
    configuration: (path, overrides) => ask('configuration', [path, overrides]),
    agents: () => ask('agents', []),
    machineChecks: () => ask('machineChecks', []),
    accounts: (settings) => ask('accounts', [settings]),
    preflight: (path, settings) => ask('preflight', [path, settings]),
    progress: (task) => ask('progress', [task]),
    logs: (task) => ask('logs', [task]),
    readLog: (address, offset, maxBytes) =>
      ask('readLog', maxBytes === undefined ? [address, offset] : [address, offset, maxBytes]),
    searchLog: (address, query) => ask('searchLog', [address, query]),
    findLogLine: (address, line) => ask('findLogLine', [address, line]),
    diff: (request) => ask('diff', [request]),
    previewPrompt: (request) => ask('previewPrompt', [request]),
    prompts: (task, attempt) => ask('prompts', [task, attempt]),
    screenshot: (task, attempt) => ask('screenshot', [task, attempt]),
    screenshots: (task) => ask('screenshots', [task]),
    evidence: (task, attempt) => ask('evidence', [task, attempt]),
    baselineRuns: (of) => ask('baselineRuns', [of]),
    commitAndPush: (path, request) => ask('commitAndPush', [path, request]),
    isMerged: (path, branch) => ask('isMerged', [path, branch]),
    undelivered: (path) => ask('undelivered', [path]),
    ...kindsClient(ask),
    githubNews: (...args) => ask('githubNews', args),
    githubLook: (...args) => ask('githubLook', args),
    prune: (asked) => ask('prune', [asked]),
  };
}

async function post<Result>(
  { url, secret, clock }: DoorClientOptions,
  method: DoorMethod,
  body: string,
): Promise<DoorAnswer<Result>> {
  const [time, nonce] = [String(clock.now()), randomUUID()];
  const response = await send(url, method, {
    body,
    headers: {
      'content-type': 'application/json',
      [HEADERS.time]: time,
      [HEADERS.nonce]: nonce,
      [HEADERS.signature]: signatureOf({ kind: 'request', method, time, nonce, body }, secret),
    },
  });
  if (response.status === 401) {
    throw offline(url, 'it refused our signature: both need the same secret, and clocks less than a minute apart');
  }
  if (response.status !== 200) throw offline(url, `it answered ${response.status}`);
  const text = response.text;
  const isOurs = isSignedBy({ kind: 'answer', method, time, nonce, body: text }, response.signature, secret);
  if (!isOurs) throw offline(url, 'its answer is not signed with our secret');
  // The door on the other side has this type, and the signature says that it is ours.
  const answer: DoorAnswer<Result> = JSON.parse(text);
  return answer;
}

async function send(
  url: string,
  method: DoorMethod,
  request: { body: string; headers: Record<string, string> },
): Promise<{ status: number; text: string; signature: string }> {
  const timeoutMs = SLOW_CALLS.has(method) ? SLOW_CALL_TIMEOUT_MS : CALL_TIMEOUT_MS;
  try {
    const answer = await fetch(`${url.replace(/\/+$/, '')}${DOOR_PATH}${method}`, {
      ...request,
      method: 'POST',
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await answer.text();
    return { status: answer.status, text, signature: answer.headers.get(HEADERS.signature) ?? '' };
  } catch (cause) {
    const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause);
    throw offline(url, reason, cause);
  }
}

function toError({ code, message, details, retryAt }: Extract<DoorAnswer, { ok: false }>): AppError {
  const known = isErrorCode(code) ? code : 'internal';
  return new AppError(known, message, { details, ...(retryAt === undefined ? {} : { retryAt }) });
}

function offline(url: string, reason: string, cause?: unknown): AppError {
  return new AppError('host_offline', `The host at ${url} cannot be asked: ${reason}.`, {
    details: { url, reason, next: 'Start it there: `nightloom worker --host <id>`.' },
    cause,
  });
}
