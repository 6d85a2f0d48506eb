/** The project's own notes on its features, for the prompt. */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const MAX_FILES = 200;

/**
 * Paths of `contexts/<feature>/.context` below `tree`, sorted, at most 200; empty when there are none. Symbolic links
 * are left out: they may lead anywhere.
 */
export async function listContextFiles(tree: string): Promise<string[]> {
  const folder = join(tree, 'contexts');
  if (!(await isKind(folder, 'directory'))) return [];
  const features = await readdir(folder, { withFileTypes: true });
  const files: string[] = [];
  for (const feature of features
    .filter((entry) => entry.isDirectory())
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (files.length >= MAX_FILES) break;
    if (await isKind(join(folder, feature.name, '.context'), 'file')) files.push(`contexts/${feature.name}/.context`);
  }
  return files;
}

async function isKind(path: string, kind: 'file' | 'directory'): Promise<boolean> {
  const found = await lstat(path).catch(() => null);
  if (found === null) return false;
  return kind === 'file' ? found.isFile() : found.isDirectory();
}
