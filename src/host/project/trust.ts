/** Which content of a project file the user has agreed to: its commands are run on this machine. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StatePaths } from '../../platform/paths.ts';

/** sha256 of the project file that was agreed to for a checkout; null when nothing was recorded. */
export async function trustedFile(paths: Pick<StatePaths, 'home'>, checkout: string): Promise<string | null> {
  const text = await readFile(fileFor(paths, checkout), 'utf8').catch(() => '');
  return /^[0-9a-f]{64}\n/.test(text) ? text.slice(0, 64) : null;
}

/** Records the agreement; the user's `project add`, `run` and `project trust` are the acts that give it. */
export async function trustFile(paths: Pick<StatePaths, 'home'>, checkout: string, sha256: string): Promise<void> {
  const file = fileFor(paths, checkout);
  await mkdir(join(paths.home, 'trust'), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}.tmp`;
  await writeFile(draft, `${sha256}\n${checkout}\n`, { mode: 0o600 });
  await rename(draft, file);
}

function fileFor(paths: Pick<StatePaths, 'home'>, checkout: string): string {
  return join(paths.home, 'trust', createHash('sha256').update(checkout).digest('hex').slice(0, 32));
}
