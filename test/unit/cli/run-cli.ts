/** Runs the real command line as a process of its own. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { COMPILE_CACHE } from '../../support/compile-cache.ts';

/** The launcher at the root of the repository. */
export const LAUNCHER = fileURLToPath(new URL('../../../nightloom', import.meta.url));

export interface CliOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Default: the launcher of this repository. */
  readonly program?: string;
  /** Called with all of stderr so far whenever there is more. */
  readonly onStderr?: (stderr: string, child: ChildProcess) => void;
  readonly onStdout?: (stdout: string, child: ChildProcess) => void;
}

export interface CliResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export async function runCli(args: readonly string[], options: CliOptions): Promise<CliResult> {
  const child = spawn(options.program ?? LAUNCHER, args, {
    cwd: options.cwd,
    env: { PATH: '/usr/bin:/bin', ...COMPILE_CACHE, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('utf8');
    options.onStdout?.(stdout, child);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
    options.onStderr?.(stderr, child);
  });
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code));
  });
  return { exitCode, stdout, stderr };
}
