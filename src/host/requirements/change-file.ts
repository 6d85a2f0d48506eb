/**
 * Brings one requirement file from a known state to another. What somebody else put there meanwhile is never lost: a
 * file is moved aside, looked at, and given back if it is not the one that was meant.
 */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, link, lstat, open, readFile, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from '../runs/run-directory.ts';
import { writableFile } from './folder.ts';
import { isThere } from './names.ts';

/** Content of a file with its rights. */
export interface FileContent {
  readonly bytes: Uint8Array;
  readonly sha256: string;
  /** Rights, as in `0o644`. */
  readonly mode: number;
}

/** One file to be changed. */
export interface FileChange {
  readonly checkout: string;
  readonly name: string;
  /** Part of the names of the files that lie beside it for a moment; the same for a repeated change. */
  readonly tag: string;
  /** sha256 of what must be there; null: nothing. */
  readonly from: string | null;
  /** What shall be there; null: nothing. */
  readonly to: FileContent | null;
}

/**
 * Changes a file. Idempotent: one that is in its new state already is left.
 * @returns false when it is in neither state (somebody changed it), and then it is left as it is
 * @throws AppError requirement_name_invalid, requirement_invalid, repository_gone
 */
export async function changeFile(change: FileChange): Promise<boolean> {
  const file = await writableFile(change.checkout, change.name);
  const beside = (kind: string): string => join(dirname(file), `.nightloom-${change.tag}.${kind}`);
  const [draft, aside] = [beside('draft'), beside('aside')];
  await unlink(draft).catch(ignoreMissing);
  await settleAside(file, aside, change);
  const now = await stateOf(file);
  if (now === (change.to?.sha256 ?? null)) return true;
  if (now !== change.from) return false;
  if (change.to === null) return await remove(file, aside, change.from);
  await writeDraft(draft, change.to);
  try {
    return change.from === null ? await create(draft, file) : await replace({ draft, file, aside, from: change.from });
  } finally {
    await unlink(draft).catch(ignoreMissing);
  }
}

/** sha256 of a regular file, null when there is none; anything else (a link, a folder) is `other`. */
async function stateOf(file: string): Promise<string | null> {
  const found = await lstat(file).catch(() => null);
  if (found === null) return null;
  return found.isFile() ? hashOf(await readFile(file)) : 'other';
}

/** sha256 in hex. */
export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A crash between left the old file aside: ours to drop if it is the one that was meant, else it goes back. */
async function settleAside(file: string, aside: string, { from, to }: FileChange): Promise<void> {
  const found = await stateOf(aside);
  if (found === null) return;
  if (found === from && (await isThere(file))) return await unlink(aside);
  const now = await stateOf(file);
  if (now !== null && now === (to?.sha256 ?? null)) return await rename(aside, file);
  await giveBack(file, aside);
}

async function remove(file: string, aside: string, from: string | null): Promise<boolean> {
  await rename(file, aside);
  const isMeant = (await stateOf(aside)) === from;
  await (isMeant ? unlink(aside) : giveBack(file, aside));
  return isMeant;
}

/** Under its own name again; if that is taken by now, it stays beside it. */
async function giveBack(file: string, aside: string): Promise<void> {
  try {
    await link(aside, file);
    await unlink(aside);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST' && !NO_HARD_LINKS.has(errorCode(error))) throw error;
    await rename(aside, (await isThere(file)) ? `${aside}.kept` : file);
  }
}

async function create(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    if (!NO_HARD_LINKS.has(errorCode(error))) throw error;
  }
  return await copyFile(draft, file, constants.COPYFILE_EXCL).then(
    () => true,
    (error: unknown) => {
      if (errorCode(error) === 'EEXIST') return false;
      throw error;
    },
  );
}

interface Replacing {
  readonly draft: string;
  readonly file: string;
  readonly aside: string;
  readonly from: string;
}

/** The old file keeps a second name until it was looked at again: it may have been saved since we looked. */
async function replace({ draft, file, aside, from }: Replacing): Promise<boolean> {
  const linked = await link(file, aside).then(
    () => true,
    (error: unknown) => {
      if (NO_HARD_LINKS.has(errorCode(error))) return false;
      throw error;
    },
  );
  await rename(draft, file);
  if (!linked) return true;
  if ((await stateOf(aside)) !== from) {
    await rename(aside, file);
    return false;
  }
  await unlink(aside);
  return true;
}

async function writeDraft(draft: string, content: FileContent): Promise<void> {
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(content.bytes);
    await handle.chmod(content.mode);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

/** What file systems without hard links answer to `link`. */
const NO_HARD_LINKS: ReadonlySet<string | undefined> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

function ignoreMissing(error: unknown): void {
  if (errorCode(error) !== 'ENOENT') throw error;
}
