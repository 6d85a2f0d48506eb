/** Asks a server program for its version: the only proof that it is one and runs on this machine. */
import { access, constants } from 'node:fs/promises';
import { exec, succeeded } from '../platform/exec.ts';
import type { Environment } from '../platform/environment.ts';
import { OLDEST_CLI_VERSION } from './pinned-version.ts';

/** A server program and what it says of itself. */
export interface ProbedBinary {
  readonly path: string;
  /** Version of the CLI, for example `1.8.2`. */
  readonly version: string;
  /** Version of the server in it, for example `1.31.2`. */
  readonly serverVersion: string;
}

const ANSWER = /temporal version (\d+\.\d+\.\d+)\S* \(Server (\d+\.\d+\.\d+)/i;

/** @throws Error that says why the file at `path` is no usable server program. */
export async function probeBinary(path: string, environment: Pick<Environment, 'path' | 'raw'>): Promise<ProbedBinary> {
  await access(path, constants.X_OK).catch((error: unknown) => {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new Error(missing ? 'not there' : 'not executable');
  });
  const env = { PATH: environment.path, HOME: environment.raw['HOME'] ?? '/' };
  const result = await exec([path, '--version'], { cwd: '/', env, timeoutMs: 10_000, maxBytes: 64 * 1024 });
  if (!succeeded(result)) throw new Error(`${path} --version failed: ${firstLine(result.stderr)}`);
  const answer = ANSWER.exec(result.stdout);
  const [, version, serverVersion] = answer ?? [];
  if (version === undefined || serverVersion === undefined) {
    throw new Error(`${path} --version answered ${JSON.stringify(firstLine(result.stdout))}`);
  }
  if (isOlder(version, OLDEST_CLI_VERSION)) {
    throw new Error(`${path} has version ${version}; at least ${OLDEST_CLI_VERSION} is needed`);
  }
  return { path, version, serverVersion };
}

function isOlder(version: string, limit: string): boolean {
  return version.localeCompare(limit, 'en', { numeric: true }) < 0;
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0]?.slice(0, 200) ?? '';
}
