/** Refs and fresh commits read as the files they are: a process less each, on the way of every task. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inflate } from 'node:zlib';
import type { GitDirectories } from './git-directories.ts';

const SHA = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const inflateAsync = promisify(inflate);

/**
 * Sha of a shared ref (full name): its own file first, else the packed ones (git-pack-refs(1), gitrepository-layout(5)).
 * null: there is none. `unknown`: only git can tell (reftable, symbolic ref, a file that is just being written).
 */
export async function readRefFile(commonDirectory: string, ref: string): Promise<string | null | 'unknown'> {
  if (await exists(join(commonDirectory, 'reftable'))) return 'unknown';
  const loose = await readFile(join(commonDirectory, ref), 'utf8').catch(missing);
  if (loose !== null) return SHA.test(loose.trim()) ? loose.trim() : 'unknown';
  const packed = await readFile(join(commonDirectory, 'packed-refs'), 'utf8').catch(missing);
  const line = packed?.split('\n').find((each) => each.endsWith(` ${ref}`));
  return line === undefined ? null : line.slice(0, line.indexOf(' '));
}

/** Commit that HEAD of a working tree is at; null where only git can tell, or there is none. */
export async function readHeadFile(places: GitDirectories): Promise<string | null> {
  const head = (await readFile(join(places.gitDirectory, 'HEAD'), 'utf8').catch(() => '')).trim();
  if (SHA.test(head)) return head;
  const ref = /^ref: (refs\/heads\/.+)$/.exec(head)?.[1];
  const sha = ref === undefined ? null : await readRefFile(places.commonDirectory, ref);
  return sha === 'unknown' ? null : sha;
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
  if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return null;
  throw error;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
