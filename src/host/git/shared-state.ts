/** Reads what all worktrees of a repository share: stash, branches, configuration, hooks. One process. */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { REF_PREFIXES } from '../../contracts/names.ts';
import { readRefFiles } from './git-files.ts';
import type { Git } from './git.ts';
import { listRefs } from './refs.ts';

/** A stash entry. */
export interface StashEntry {
  readonly sha: string;
  readonly message: string;
}

/** Everything shared, at one moment. JSON: keep it in the run directory until the attempt is over. */
export interface SharedState {
  /** Newest first, as in `git stash list`. */
  readonly stashes: readonly StashEntry[];
  /** Branch ref -> sha; without branches of ours. */
  readonly branches: Readonly<Record<string, string>>;
  /** sha256 over the repository's configuration files. */
  readonly configuration: string;
  /** sha256 over names, sizes, rights and times of the repository's hooks. */
  readonly hooks: string;
}

/** The state and, beside it, the refs that lie under `extraPrefix`. */
export async function readSharedState(
  git: Git,
  commonDirectory: string,
  extraPrefix: string,
): Promise<{ state: SharedState; extra: ReadonlyMap<string, string> }> {
  const [refs, stashes, configuration, hooks] = await Promise.all([
    readRefs(git, commonDirectory, ['refs/heads', 'refs/stash', extraPrefix]),
    readStashes(git, commonDirectory),
    hashOfFiles(['config', 'config.worktree'].map((name) => join(commonDirectory, name))),
    hashOfFolder(join(commonDirectory, 'hooks')),
  ]);
  const branches: Record<string, string> = {};
  const extra = new Map<string, string>();
  for (const [ref, sha] of refs) {
    if (ref.startsWith(extraPrefix)) extra.set(ref, sha);
    else if (ref.startsWith('refs/heads/') && !ref.startsWith(REF_PREFIXES.branch)) branches[ref] = sha;
  }
  return { state: { stashes, branches, configuration, hooks }, extra };
}

/** Twice per task: without a process wherever refs are files. */
async function readRefs(
  git: Git,
  commonDirectory: string,
  prefixes: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const known = await readRefFiles(commonDirectory, prefixes);
  if (known !== undefined) return known;
  return new Map((await listRefs(git, prefixes)).map(({ ref, sha }) => [ref, sha]));
}

/** The stash is the reflog of refs/stash: read as the file it is; asked of git where refs are stored in another way. */
async function readStashes(git: Git, commonDirectory: string): Promise<StashEntry[]> {
  const isReftable = await stat(join(commonDirectory, 'reftable')).then(
    () => true,
    () => false,
  );
  if (isReftable) return stashesByGit(git);
  const log = await readFile(join(commonDirectory, 'logs', 'refs', 'stash'), 'utf8').catch(() => '');
  const lines = log.split('\n').filter((line) => line !== '');
  return lines
    .map((line) => ({ sha: line.slice(41, 81).trim(), message: line.slice(line.indexOf('\t') + 1) }))
    .filter((entry) => /^[0-9a-f]{40}$/.test(entry.sha))
    .toReversed();
}

async function stashesByGit(git: Git): Promise<StashEntry[]> {
  const result = await git.ask(['log', '-g', '--format=%H%x00%gs', 'refs/stash', '--']);
  if (result.exitCode !== 0) return [];
  const lines = result.stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => ({ sha: line.slice(0, line.indexOf('\0')), message: line.slice(line.indexOf('\0') + 1) }));
}

async function hashOfFiles(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files)
    hash.update((await readFile(file).catch(() => Buffer.alloc(0))).toString('base64')).update('\n');
  return hash.digest('hex');
}

async function hashOfFolder(folder: string): Promise<string> {
  const hash = createHash('sha256');
  const names = (await readdir(folder).catch((): string[] => [])).toSorted();
  const found = await Promise.all(names.map((name) => stat(join(folder, name)).catch(() => null)));
  for (const [at, name] of names.entries()) {
    const each = found[at];
    hash.update(`${name}\0${each?.size}\0${each?.mode}\0${each?.mtimeMs}\n`);
  }
  return hash.digest('hex');
}
