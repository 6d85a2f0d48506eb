/** The note in the run directory that says: from here on a commit of this attempt may exist. */
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What is about to be committed. A trailer in the branch counts only together with this. */
export interface CommitIntent {
  readonly v: 1;
  readonly task: string;
  readonly batch: string;
  readonly attempt: number;
  readonly branch: string;
  /** What the commit will sit on. */
  readonly parent: string;
  /** HEAD before: a commit of the agent's that imitates our trailers is this one or below it. */
  readonly headBefore: string;
}

/** Reads an intent; null when there is none or it is damaged (then it was not completed, and nothing was committed). */
export async function readIntent(file: string): Promise<CommitIntent | null> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isIntent(value) ? value : null;
  } catch {
    return null;
  }
}

/** Writes an intent so that it is on the disk, whole, when this returns. */
export async function writeIntent(file: string, intent: CommitIntent): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}.tmp`;
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(intent)}\n`);
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
}

function isIntent(value: unknown): value is CommitIntent {
  if (typeof value !== 'object' || value === null || Reflect.get(value, 'v') !== 1) return false;
  const texts = ['task', 'batch', 'branch', 'parent', 'headBefore'];
  return (
    texts.every((key) => typeof Reflect.get(value, key) === 'string') &&
    typeof Reflect.get(value, 'attempt') === 'number'
  );
}
