/** What a repository holds: the user's part before and after a night, and our commits. Plain git, no code of ours. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Everything of the user's that may not change. */
export interface Snapshot {
  readonly directory: string;
  /** What HEAD names, and its commit. */
  readonly head: string;
  /** Refs that are not ours -> sha. */
  readonly refs: ReadonlyMap<string, string>;
  /** Shas of the stash entries, newest first. */
  readonly stashes: readonly string[];
  /** Path -> git blob id of what differs from HEAD or is untracked; `gone` for deleted files. */
  readonly changed: ReadonlyMap<string, string>;
}

/** A commit with our trailer. */
export interface OwnCommit {
  readonly sha: string;
  readonly task: string;
  readonly attempt: number;
}

/** Output of git in `directory`. @throws Error when git fails */
export async function git(directory: string, ...args: string[]): Promise<string> {
  const env = { PATH: '/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin', LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0' };
  const { stdout } = await run('git', ['-C', directory, ...args], { env, maxBuffer: 64 * 1024 * 1024 });
  return stdout.replace(/\n$/, '');
}

/** The user's part of the repository, now. */
export async function takeSnapshot(directory: string): Promise<Snapshot> {
  const [branch, sha, refs, stashes, status] = await Promise.all([
    git(directory, 'rev-parse', '--abbrev-ref', 'HEAD'),
    git(directory, 'rev-parse', 'HEAD'),
    git(directory, 'for-each-ref', '--format=%(refname) %(objectname)'),
    git(directory, 'stash', 'list', '--format=%H'),
    git(directory, 'status', '--porcelain=v1', '-z', '--untracked-files=all', '--no-renames'),
  ]);
  const pairs = lines(refs).map((line): [string, string] => [line.split(' ')[0] ?? '', line.split(' ')[1] ?? '']);
  const isOurs = (ref: string): boolean => ref.startsWith('refs/nightloom/') || ref.startsWith('refs/heads/nightloom/');
  const changed = new Map<string, string>();
  for (const entry of status.split('\0').filter(Boolean)) {
    const path = entry.slice(3);
    changed.set(path, await blobOf(join(directory, path)));
  }
  return {
    directory,
    head: `${branch} ${sha}`,
    refs: new Map(pairs.filter(([ref]) => !isOurs(ref))),
    stashes: lines(stashes),
    changed,
  };
}

/** All commits of any ref that carry the trailer `Nightloom-Task`. */
export async function ownCommits(directory: string): Promise<OwnCommit[]> {
  const trailer = (key: string): string => `%(trailers:key=${key},valueonly,separator=%x2C)`;
  const format = `%H%x00${trailer('Nightloom-Task')}%x00${trailer('Nightloom-Attempt')}`;
  const found = lines(await git(directory, 'log', '--all', `--format=${format}`)).map((line) => line.split('\0'));
  return found
    .map(([sha = '', task = '', attempt = '']) => ({ sha, task, attempt: Number(attempt) }))
    .filter((commit) => commit.task !== '');
}

/** True if the tree of `commit` has a file at `path`. */
export async function hasPath(directory: string, commit: string, path: string): Promise<boolean> {
  return (await git(directory, 'ls-tree', '--name-only', commit, '--', path)) !== '';
}

/** Ids of all blobs that the commits `range` brought in. */
export async function newBlobs(directory: string, range: string): Promise<Set<string>> {
  const output = await git(directory, 'rev-list', '--objects', range);
  return new Set(lines(output).map((line) => line.split(' ', 1)[0] ?? ''));
}

/** sha256 of a file's bytes; null when there is none. */
export async function sha256Of(file: string): Promise<string | null> {
  const bytes = await readFile(file).catch(() => null);
  return bytes === null ? null : createHash('sha256').update(bytes).digest('hex');
}

/** Non-empty lines. */
export function lines(output: string): string[] {
  return output.split('\n').filter((line) => line !== '');
}

async function blobOf(file: string): Promise<string> {
  const found = await lstat(file).catch(() => null);
  if (found === null || !found.isFile()) return 'gone';
  const bytes = await readFile(file);
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}
