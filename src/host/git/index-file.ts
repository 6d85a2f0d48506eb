/** The index read as the file it is (gitformat-index(5)): a process less, on the way of every task. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Low bits of an entry's flags: the length of its name, or this for longer ones. */
const NAME_LENGTH_MASK = 0xfff;
/** Extensions with which entries lie elsewhere: a shared index, a folder that stands for its files. */
const ELSEWHERE = ['link', 'sdir'];

/**
 * Whether the index of a working tree has `path` (from its top, with `/`). undefined: only git can tell, because the
 * index has another form (version 4, split, sparse), or the entry is of an unusual kind.
 */
export async function indexHas(gitDirectory: string, path: string): Promise<boolean | undefined> {
  const bytes = await readFile(join(gitDirectory, 'index')).catch(() => null);
  if (bytes === null || bytes.length < 12 || bytes.toString('latin1', 0, 4) !== 'DIRC') return undefined;
  const version = bytes.readUInt32BE(4);
  if (version !== 2 && version !== 3) return undefined;
  if (ELSEWHERE.some((signature) => bytes.includes(signature))) return undefined;
  const name = Buffer.from(`${path}\0`, 'utf8');
  const length = Math.min(name.length - 1, NAME_LENGTH_MASK);
  let seen = false;
  for (let at = bytes.indexOf(name, 12); at !== -1; at = bytes.indexOf(name, at + 1)) {
    // The name follows the flags at once; the end of a longer name does not.
    if ((bytes.readUInt16BE(at - 2) & NAME_LENGTH_MASK) === length) return true;
    seen = true;
  }
  return seen ? undefined : false;
}
