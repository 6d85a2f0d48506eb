/** Starts our other programs by path. The only file of the command line that starts processes of ours. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';

const MAIN_DIRECTORY = new URL('../main/', import.meta.url);

/** Programs that can be started. */
export type ProgramName = 'up' | 'doctor' | 'api' | 'worker' | 'worker-host' | 'db' | 'recover';

/** Absolute path of a program of ours. */
export function programPath(name: ProgramName): string {
  return fileURLToPath(new URL(`${name}.ts`, MAIN_DIRECTORY));
}

/**
 * Flags of Node for our programs. Young objects get 4 MB instead of 16: two isolates keep three times that, which is
 * a fifth of the stack's memory (measured: 250 -> 210 MB at rest, no difference in speed). What outlives them is collected
 * when the heap has grown by a fifth: left alone, V8 lets it double, with garbage (measured after 4,000 requests in the
 * API: 239 -> 186 MB).
 */
const NODE_FLAGS = ['--max-semi-space-size=4', '--heap-growing-percent=20'] as const;

/** A program that runs by itself. */
export interface BackgroundProgram {
  readonly pid: number | null;
  /** Exit code once it has ended (a signal: 128); null while it runs. */
  ended(): number | null;
}

/** Starts `name` in a session of its own with its output appended to `logFile`; it outlives this process. */
export function startInBackground(
  name: ProgramName,
  logFile: string,
  env: Readonly<Record<string, string>>,
): BackgroundProgram {
  const log = openSync(logFile, 'a', 0o600);
  let exitCode: number | null = null;
  try {
    const child = spawn(execPath, [...NODE_FLAGS, programPath(name)], {
      cwd: '/',
      env: { ...env },
      detached: true,
      stdio: ['ignore', log, log],
    });
    child.on('error', () => (exitCode = 126));
    child.on('exit', (code) => (exitCode = code ?? 128));
    child.unref();
    return { pid: child.pid ?? null, ended: () => exitCode };
  } finally {
    closeSync(log);
  }
}

/**
 * Turns this process into the program `name`: same pid, same terminal, nothing of the command line left in memory, so
 * that signals and `kill` reach the program itself. Never returns.
 * @throws Error where the system has no execve (Windows)
 */
export function becomeProgram(
  name: ProgramName,
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): never {
  if (process.execve === undefined) throw new Error('This system cannot replace a process.');
  return process.execve(execPath, [execPath, ...NODE_FLAGS, programPath(name), ...args], { ...env });
}
