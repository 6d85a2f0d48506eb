/** What the architecture tests scan. */
import { glob, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** Root of the package, with a slash at the end. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A file with its text; `path` is relative to the root. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/**
 * The files that fit a glob below the root, without `node_modules` and `dist`.
 * @throws Error when there is none: a scan of nothing proves nothing
 */
export async function sources(pattern: string): Promise<Source[]> {
  const found: Source[] = [];
  for await (const path of glob(pattern, { cwd: ROOT, exclude: ['**/node_modules/**', 'dist/**'] })) {
    found.push({ path, text: await readFile(ROOT + path, 'utf8') });
  }
  if (found.length === 0) throw new Error(`No file fits ${pattern}.`);
  return found;
}

/** The text with comments blanked, so that words in prose do not count; lines stay where they are. */
export function withoutComments(text: string): string {
  return text
    .replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ' '))
    .replaceAll(/(^|\s)\/\/.*$/gm, '$1');
}
