/** Where everything of an installation lies: one state directory, only for its owner. */
import { constants } from 'node:fs';
import { access, chmod, mkdir, readdir, stat } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { AppError } from '../contracts/errors.ts';
import type { Environment } from './environment.ts';

/** Files and folders of a state directory; absolute paths. */
export interface StatePaths {
  readonly home: string;
  /** SQLite file. */
  readonly database: string;
  /** API token. */
  readonly tokenFile: string;
  /** Secret that signs work orders. */
  readonly secretFile: string;
  /** Installation id, host id and machine. */
  readonly installationFile: string;
  /** Ports and pids of the running stack. */
  readonly stackFile: string;
  readonly logs: string;
  /** `<task>/<attempt>/<step>`. */
  readonly runs: string;
  readonly claims: string;
  /** Frozen requirement bytes by sha256. */
  readonly inputs: string;
  /** Changes of requirement files that can be undone: `<id>`. */
  readonly changes: string;
  readonly worktrees: string;
  /** Database of the embedded Temporal server. */
  readonly temporal: string;
  readonly cache: string;
}

const FOLDERS = ['logs', 'runs', 'claims', 'inputs', 'changes', 'worktrees', 'temporal', 'cache'] as const;

/** Paths below `home`; touches nothing. */
export function statePaths(home: string): StatePaths {
  const root = resolve(home);
  const at = (name: string): string => join(root, name);
  return {
    home: root,
    database: at('nightloom.db'),
    tokenFile: at('token'),
    secretFile: at('secret'),
    installationFile: at('installation.json'),
    stackFile: at('stack.json'),
    logs: at('logs'),
    runs: at('runs'),
    claims: at('claims'),
    inputs: at('inputs'),
    changes: at('changes'),
    worktrees: at('worktrees'),
    temporal: at('temporal'),
    cache: at('cache'),
  };
}

/**
 * State directory to use: `NIGHTLOOM_HOME`, else `nightloom` in `XDG_STATE_HOME`, else `~/.local/state/nightloom`.
 * A relative `XDG_STATE_HOME` does not count (XDG Base Directory Specification).
 */
export function defaultHome(environment: Pick<Environment, 'nightloomHome' | 'xdgStateHome' | 'home'>): string {
  if (environment.nightloomHome !== null) return resolve(environment.nightloomHome);
  const { xdgStateHome } = environment;
  if (xdgStateHome !== null && isAbsolute(xdgStateHome)) return join(xdgStateHome, 'nightloom');
  return join(environment.home, '.local', 'state', 'nightloom');
}

/**
 * Makes the state directory and its folders (0700) where they are missing and checks that only its owner can use it.
 * An empty directory with wider rights is narrowed; one with content is refused, because it may be somebody's.
 * @throws AppError state_dir_unusable: not a directory, another owner, open to others, not writable
 */
export async function ensureStateDirectory(home: string): Promise<StatePaths> {
  const paths = statePaths(home);
  try {
    await mkdir(paths.home, { recursive: true, mode: 0o700 });
    await checkOwnerAndRights(paths.home);
    await access(paths.home, constants.R_OK | constants.W_OK | constants.X_OK);
    await Promise.all(FOLDERS.map((name) => mkdir(paths[name], { recursive: true, mode: 0o700 })));
  } catch (error) {
    if (AppError.is(error)) throw error;
    throw unusable(paths.home, error instanceof Error ? error.message : String(error), error);
  }
  return paths;
}

async function checkOwnerAndRights(home: string): Promise<void> {
  const found = await stat(home);
  const uid = process.getuid?.();
  if (uid !== undefined && found.uid !== uid) throw unusable(home, `it belongs to user ${found.uid}, not to ${uid}`);
  if ((found.mode & 0o077) === 0) return;
  const entries = await readdir(home);
  if (entries.length > 0) throw unusable(home, `its rights are ${(found.mode & 0o777).toString(8)}, not 700`);
  await chmod(home, 0o700);
}

function unusable(home: string, reason: string, cause?: unknown): AppError {
  return new AppError('state_dir_unusable', `The state directory ${home} cannot be used: ${reason}.`, {
    details: { home, reason },
    cause,
  });
}
