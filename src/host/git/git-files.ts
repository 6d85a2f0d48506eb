/** Refs and fresh commits read as the files they are: a process less each, on the way of every task. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { inflate } from 'node:zlib';
import type { GitDirectories } from './git-directories.ts';

const SHA = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const inflateAsync = promisify(inflate);

/**
 * Sha of a shared ref (full name): its own file first, else the packed ones (git-pack-refs(1), gitrepository-layout(5)).
 * null: there is none. undefined: only git can tell (reftable, symbolic ref, a file that is just being written).
 */
export async function readRefFile(commonDirectory: string, ref: string): Promise<string | null | undefined> {
  if (await exists(join(commonDirectory, 'reftable'))) return undefined;
  const loose = await readLoose(commonDirectory, ref);
  if (loose !== null) return loose;
  const packed = await readFile(join(commonDirectory, 'packed-refs'), 'utf8').catch(missing);
  const line = packed?.split('\n').find((each) => each.endsWith(` ${ref}`));
  return line === undefined ? null : line.slice(0, line.indexOf(' '));
}

/**
 * Shas of all shared refs below `prefixes` (whole path components) by full name, like `git for-each-ref`. undefined: only
 * git can tell.
 */
export async function readRefFiles(
  commonDirectory: string,
  prefixes: readonly string[],
): Promise<ReadonlyMap<string, string> | undefined> {
  if (await exists(join(commonDirectory, 'reftable'))) return undefined;
  // Loose ones first: one that is packed meanwhile is found among the packed ones then.
  const names = (await Promise.all(prefixes.map((prefix) => looseNames(commonDirectory, prefix)))).flat();
  const loose = await Promise.all(names.map(async (ref) => [ref, await readLoose(commonDirectory, ref)] as const));
  const found = new Map<string, string>();
  const packed = await readFile(join(commonDirectory, 'packed-refs'), 'utf8').catch(missing);
  for (const line of packed?.split('\n') ?? []) {
    const [sha = '', ref = ''] = line.split(' ');
    if (SHA.test(sha) && prefixes.some((prefix) => isBelow(ref, prefix))) found.set(ref, sha);
  }
  for (const [ref, sha] of loose) {
    if (sha === undefined) return undefined;
    if (sha !== null) found.set(ref, sha);
  }
  return found;
}

/** Names of the files at and below a prefix; locks are no refs. */
async function looseNames(commonDirectory: string, prefix: string): Promise<string[]> {
  const folder = prefix.replace(/\/$/, '');
  const entries = await readdir(join(commonDirectory, folder), { withFileTypes: true, recursive: true }).catch(missing);
  if (entries === null) return (await exists(join(commonDirectory, folder))) ? [folder] : [];
  return entries
    .filter((entry) => !entry.isDirectory() && !entry.name.endsWith('.lock'))
    .map((entry) => relative(commonDirectory, join(entry.parentPath, entry.name)));
}

function isBelow(ref: string, prefix: string): boolean {
  const folder = prefix.replace(/\/$/, '');
  return ref === folder || ref.startsWith(`${folder}/`);
}

/** null: there is no such file. undefined: it holds something else than a sha, or cannot be read. */
async function readLoose(commonDirectory: string, ref: string): Promise<string | null | undefined> {
  const text = await readFile(join(commonDirectory, ref), 'utf8').catch((error: unknown) =>
    isMissing(error) ? null : '',
  );
  if (text === null) return null;
  return SHA.test(text.trim()) ? text.trim() : undefined;
}

/** Commit that HEAD of a working tree is at; null where only git can tell, or there is none. */
export async function readHeadFile(places: GitDirectories): Promise<string | null> {
  const head = (await readFile(join(places.gitDirectory, 'HEAD'), 'utf8').catch(() => '')).trim();
  if (SHA.test(head)) return head;
  const ref = /^ref: (refs\/heads\/.+)$/.exec(head)?.[1];
  const sha = ref === undefined ? null : await readRefFile(places.commonDirectory, ref);
  return sha ?? null;
}

/** Message of a commit that was just made and so lies in a file of its own; null when it does not. */
export async function readFreshMessage(commonDirectory: string, sha: string): Promise<string | null> {
  const file = join(commonDirectory, 'objects', sha.slice(0, 2), sha.slice(2));
  const packed = await readFile(file).catch(() => null);
  if (packed === null) return null;
  const text = await inflateAsync(packed).then(
    (bytes) => bytes.toString('utf8'),
    () => '',
  );
  const headersEnd = text.indexOf('\n\n');
  return text.startsWith('commit ') && headersEnd !== -1 ? text.slice(headersEnd + 2) : null;
}

/** Only absence is an answer. */
function missing(error: unknown): null {
  if (isMissing(error)) return null;
  throw error;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
