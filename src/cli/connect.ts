/** A client for the stack that this command line talks to. */
import { readFile } from 'node:fs/promises';
import { AppError } from '../contracts/errors.ts';
import { createClient } from '../client/client.ts';
import type { CliContext } from './context.ts';
import type { Client } from '../client/client.ts';
import { absenceText, findStack, startStack, upLogFile } from './stack.ts';
import type { StackRecord } from './stack-record.ts';

/** A connection. */
export interface Connection {
  readonly client: Client;
  readonly url: string;
  /** null when `NIGHTLOOM_URL` names an API elsewhere. */
  readonly record: StackRecord | null;
}

/**
 * Connects to `NIGHTLOOM_URL` or to the stack of the state directory.
 * @throws AppError stack_unreachable if none runs; invalid_input if `NIGHTLOOM_URL` is no address
 */
export async function connect(context: CliContext): Promise<Connection> {
  const remote = await remoteConnection(context);
  if (remote !== null) return remote;
  const record = await findStack(context);
  if (record === null) {
    throw new AppError('stack_unreachable', await absenceText(context));
  }
  return local(context, record);
}

/**
 * The same, but starts a stack in the background if none runs, and says so.
 * @throws AppError stack_unreachable with the log's end if it does not start; state_dir_unusable
 */
export async function connectOrStart(context: CliContext): Promise<Connection> {
  const remote = await remoteConnection(context);
  if (remote !== null) return remote;
  const found = await findStack(context);
  if (found !== null) return local(context, found);
  context.note(`No stack is running: starting one in the background (log: ${upLogFile(context)}).`);
  const record = await startStack(context);
  context.note(`The stack runs at ${record.url}; \`nightloom down\` stops it.`);
  return local(context, record);
}

/** This installation's API token. @throws AppError stack_unreachable when there is none yet; invalid_settings */
export async function readToken(context: CliContext): Promise<string> {
  const { apiToken, tokenFile } = context.environment;
  if (apiToken !== null) return apiToken;
  try {
    return (await readFile(tokenFile ?? context.paths.tokenFile, 'utf8')).trim();
  } catch (cause) {
    if (tokenFile !== null) throw unreadable(tokenFile, cause);
    throw new AppError('stack_unreachable', `There is no token in ${context.paths.home} yet: no stack ran there.`, {
      cause,
    });
  }
}

function unreadable(file: string, cause: unknown): AppError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AppError('invalid_settings', `NIGHTLOOM_TOKEN_FILE cannot be read: ${reason}.`, {
    details: { file, next: 'Correct NIGHTLOOM_TOKEN_FILE.' },
    cause,
  });
}

async function remoteConnection(context: CliContext): Promise<Connection | null> {
  const { apiUrl } = context.environment;
  if (apiUrl === null) return null;
  if (!isHttpUrl(apiUrl)) {
    throw new AppError('invalid_input', `NIGHTLOOM_URL is ${apiUrl}, which is no address of an API.`, {
      details: { next: 'Give it like http://127.0.0.1:7780, or unset NIGHTLOOM_URL.' },
    });
  }
  return { client: createClient({ baseUrl: apiUrl, token: await readToken(context) }), url: apiUrl, record: null };
}

function isHttpUrl(text: string): boolean {
  const protocol = URL.parse(text)?.protocol;
  return protocol === 'http:' || protocol === 'https:';
}

async function local(context: CliContext, record: StackRecord): Promise<Connection> {
  const token = await readToken(context);
  return { client: createClient({ baseUrl: record.url, token }), url: record.url, record };
}
