/**
 * The note beside a worktree of ours that says whose it is: written when the worktree is whole, so a directory without
 * it was never given to a task. It lies outside the worktree, where git does not see it.
 */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';

/** What the note says. */
export interface Ownership {
  readonly v: 1;
  readonly batch: string;
  /** Short branch name, `nightloom/<slug>`; null: HEAD is detached, and nothing is ever committed. */
  readonly branch: string | null;
  /** Where the batch's branch began, or what the detached tree shows. */
  readonly base: string;
  /** Branch head when no task is in progress: what the next attempt starts from. */
  readonly tip: string;
  /** Whose work lies in the worktree; null between tasks. */
  readonly task: string | null;
}

function noteOf(directory: string): string {
  return `${directory}.owner.json`;
}

/** The note of a worktree; null when there is none or it cannot be read. */
export async function readOwnership(directory: string): Promise<Ownership | null> {
  const text = await readFile(noteOf(directory), 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isOwnership(value) ? value : null;
  } catch {
    return null;
  }
}

/** Writes the note, whole or not at all. */
export async function writeOwnership(directory: string, ownership: Ownership): Promise<void> {
  const temporary = `${noteOf(directory)}.${process.pid}.tmp`;
  await writeFile(temporary, `${JSON.stringify(ownership)}\n`, { mode: 0o600 });
  await rename(temporary, noteOf(directory));
}

/** Removes the note; nothing happens when there is none. */
export async function removeOwnership(directory: string): Promise<void> {
  await rm(noteOf(directory), { force: true });
}

function isOwnership(value: unknown): value is Ownership {
  if (typeof value !== 'object' || value === null) return false;
  const has = (key: string): boolean => key in value && typeof Reflect.get(value, key) === 'string';
  const isTextOrNull = (key: string): boolean => Reflect.get(value, key) === null || has(key);
  return Reflect.get(value, 'v') === 1 && ['batch', 'base', 'tip'].every(has) && ['branch', 'task'].every(isTextOrNull);
}
