/** Short helper processes whose output is wanted whole. Agents and everything long are runs instead. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { execa } from 'execa';

const KILL_AFTER_MS = 2000;
const LET_GO_AFTER_MS = 2500;

/** How to execute. */
export interface ExecOptions {
  /** Absolute path of an existing directory. */
  readonly cwd: string;
  /** The complete environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Then SIGTERM, 2 s later SIGKILL, at most 2^31 - 5,000. Default 30,000. */
  readonly timeoutMs?: number;
  /** Standard input; absent: empty. */
  readonly input?: string | Uint8Array;
  /** Bound of stdout and of stderr each; more ends the process and sets `truncated`. Default 16 MB. */
  readonly maxBytes?: number;
}

/** How it ended. */
export interface ExecResult {
  /** null when a signal ended it; 127 (not found) or 126 (not executable) when it could not be started. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  readonly truncated: boolean;
  /** Operating system's code (`ENOENT`, `EACCES`, ...) when it could not be started, also for a missing cwd; else null. */
  readonly spawnError: string | null;
}

/** True for exit 0 of a process that was started and not cut. */
export function succeeded(result: ExecResult): boolean {
  return result.exitCode === 0 && result.spawnError === null && !result.truncated && !result.timedOut;
}

/**
 * Runs `argv` (no shell) in a process group of its own and waits for its end. Never throws for how it ended: see
 * {@link ExecResult}. At the timeout the whole group goes, and nobody who kept the pipes open is waited for.
 */
export async function exec(argv: readonly [string, ...string[]], options: ExecOptions): Promise<ExecResult> {
  const [file, ...args] = argv;
  const child = execa(file, args, {
    cwd: options.cwd,
    env: { ...options.env },
    extendEnv: false,
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    maxBuffer: options.maxBytes ?? 16 * 1024 * 1024,
    encoding: 'buffer',
    stripFinalNewline: false,
    detached: true,
    reject: false,
  });
  const timeout = endLater(child, options.timeoutMs ?? 30_000);
  const result = await child;
  const timedOut = timeout.stop();
  const started = child.pid !== undefined;
  const spawnError = started ? null : (result.code ?? 'UNKNOWN');
  return {
    exitCode: spawnError === null ? (result.exitCode ?? null) : spawnError === 'ENOENT' ? 127 : 126,
    signal: result.signal ?? null,
    stdout: asText(result.stdout),
    stderr: spawnError === null ? asText(result.stderr) : (result.shortMessage ?? spawnError),
    timedOut,
    truncated: result.isMaxBuffer,
    spawnError,
  };
}

interface Endable {
  readonly pid?: number | undefined;
  readonly stdout: { destroy(): unknown } | null;
  readonly stderr: { destroy(): unknown } | null;
}

/** After `timeoutMs` SIGTERM to the group, later SIGKILL, then the pipes are let go. `stop` says whether it came to that. */
function endLater(child: Endable, timeoutMs: number): { stop(): boolean } {
  let timedOut = false;
  const steps = [
    setTimeout(() => {
      timedOut = true;
      signalGroup(child.pid, 'SIGTERM');
    }, timeoutMs),
    setTimeout(() => signalGroup(child.pid, 'SIGKILL'), timeoutMs + KILL_AFTER_MS),
    setTimeout(() => {
      child.stdout?.destroy();
      child.stderr?.destroy();
    }, timeoutMs + LET_GO_AFTER_MS),
  ];
  return {
    stop: () => {
      for (const step of steps) clearTimeout(step);
      return timedOut;
    },
  };
}

/** Our own child's group: its number stays taken while we have not seen the child's end. */
function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // Everybody in it has left.
  }
}

function asText(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? '' : Buffer.from(bytes).toString('utf8');
}

/**
 * Absolute path of an executable: `name` itself if it holds a slash (relative to `cwd`), else the first hit in
 * `path` (a PATH value; empty or relative entries are skipped). null if there is none.
 */
export async function findExecutable(name: string, path: string, cwd = '/'): Promise<string | null> {
  if (name === '') return null;
  if (name.includes('/')) {
    const file = resolve(cwd, name);
    return (await isExecutableFile(file)) ? file : null;
  }
  for (const folder of path.split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    const file = join(folder, name);
    if (await isExecutableFile(file)) return file;
  }
  return null;
}

async function isExecutableFile(file: string): Promise<boolean> {
  try {
    if (!(await stat(file)).isFile()) return false;
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
