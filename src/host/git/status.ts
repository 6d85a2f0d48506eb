/** `git status` in its machine form: one process tells HEAD, branch and every change. */
import type { Git } from './git.ts';

/** One path that differs from HEAD. */
export interface StatusEntry {
  /** From the top of the working tree. Bytes as latin1, so that every name goes back to git unchanged. */
  readonly path: string;
  readonly kind: 'changed' | 'unmerged' | 'untracked' | 'ignored';
  /** Index against HEAD; `.` when equal. */
  readonly index: string;
  /** Working tree against index; `.` when equal. */
  readonly tree: string;
}

/** A working tree at one moment. */
export interface Status {
  /** null before the first commit. */
  readonly head: string | null;
  /** null when HEAD is detached. */
  readonly branch: string | null;
  readonly entries: readonly StatusEntry[];
}

/** How to look. */
export interface StatusOptions {
  /** `all` names every untracked file, `normal` (faster) only the folder of wholly untracked ones. Default `all`. */
  readonly untracked?: 'all' | 'normal';
  /** Also ignored paths. Default false. */
  readonly ignored?: boolean;
  /** Only below these paths; default everything. */
  readonly paths?: readonly string[];
}

/**
 * Reads the status; takes no lock.
 * @throws AppError not_a_repository, repository_gone, workspace_broken
 */
export async function readStatus(git: Git, options: StatusOptions = {}): Promise<Status> {
  const args = ['status', '--porcelain=v2', '-z', '--branch', '--no-renames', '--no-ahead-behind'];
  args.push(`--untracked-files=${options.untracked ?? 'all'}`);
  if (options.ignored === true) args.push('--ignored=matching');
  if (options.paths !== undefined) args.push('--', ...options.paths);
  return parseStatus(await git.run(args, { encoding: 'latin1' }));
}

/** Parses the output of `git status --porcelain=v2 -z --branch --no-renames` (git-status(1), "Porcelain Format Version 2"). */
function parseStatus(output: string): Status {
  let head: string | null = null;
  let branch: string | null = null;
  const entries: StatusEntry[] = [];
  for (const record of output.split('\0')) {
    if (record.startsWith('# branch.oid ')) head = orNull(record.slice(13), '(initial)');
    else if (record.startsWith('# branch.head ')) branch = orNull(utf8(record.slice(14)), '(detached)');
    else {
      const entry = parseEntry(record);
      if (entry !== null) entries.push(entry);
    }
  }
  return { head, branch, entries };
}

function parseEntry(record: string): StatusEntry | null {
  switch (record.charAt(0)) {
    case '1':
      return { path: afterFields(record, 8), kind: 'changed', index: record[2] ?? '.', tree: record[3] ?? '.' };
    case 'u':
      return { path: afterFields(record, 10), kind: 'unmerged', index: record[2] ?? '.', tree: record[3] ?? '.' };
    case '?':
      return { path: record.slice(2), kind: 'untracked', index: '.', tree: '?' };
    case '!':
      return { path: record.slice(2), kind: 'ignored', index: '.', tree: '!' };
    default:
      return null;
  }
}

function afterFields(record: string, fields: number): string {
  let from = 0;
  for (let field = 0; field < fields; field += 1) from = record.indexOf(' ', from) + 1;
  return record.slice(from);
}

function orNull(value: string, absent: string): string | null {
  return value === absent ? null : value;
}

/** Text of a name that was read as latin1, for people. */
export function utf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8');
}

/** Text as the same bytes read as latin1, to compare with {@link StatusEntry.path}. */
export function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
