/**
 * The journal of change sets: one folder per set in the state directory, with the bytes before and after. It is whole
 * before the first file is touched, and says in which direction the set was going; so what a crash left is finished or undone.
 */
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../contracts/errors.ts';
import { isChangeId } from '../../contracts/host-door-requirements.ts';
import { isRecord, readJson } from '../runs/run-directory.ts';
import type { FileContent } from './change-file.ts';
import type { PlannedFile } from './change-plan.ts';

/** Where a set is: `applying` and `undoing` are never seen at rest. */
export type ChangePhase = 'applying' | 'applied' | 'undoing' | 'undone';

/** A file of a set without its bytes. */
interface LoggedFile {
  readonly name: string;
  readonly before: Omit<FileContent, 'bytes'> | null;
  readonly after: Omit<FileContent, 'bytes'> | null;
}

/** A set as it is kept. */
export interface LoggedChange {
  readonly id: string;
  readonly checkout: string;
  /** Of the changes that were asked for: tells a repeated request from another one with the same id. */
  readonly requestSha256: string;
  readonly files: readonly LoggedFile[];
}

const PHASES: readonly string[] = ['applying', 'applied', 'undoing', 'undone'];
const RECORD = 'change.json';
const PHASE = 'phase';

/** Keeps a planned set, as `applying`. On the disk, whole, when it returns. */
export async function beginChange(
  folder: string,
  change: Omit<LoggedChange, 'files'>,
  files: readonly PlannedFile[],
): Promise<LoggedChange> {
  const draft = join(folder, `.${change.id}.tmp`);
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true, mode: 0o700 });
  for (const [index, { before, after }] of files.entries()) {
    if (before !== null) await writeDurably(join(draft, `before-${index}`), before.bytes);
    if (after !== null) await writeDurably(join(draft, `after-${index}`), after.bytes);
  }
  const logged = files.map(({ name, before, after }) => ({ name, before: facts(before), after: facts(after) }));
  await writeDurably(join(draft, RECORD), JSON.stringify({ ...change, files: logged }));
  await writeDurably(join(draft, PHASE), 'applying' satisfies ChangePhase);
  await rename(draft, join(folder, change.id));
  return { ...change, files: logged };
}

/** Says where the set is now. */
export async function setPhase(folder: string, id: string, phase: ChangePhase): Promise<void> {
  const draft = join(folder, id, `.${PHASE}.tmp`);
  await writeDurably(draft, phase);
  await rename(draft, join(folder, id, PHASE));
}

/** A set with its phase; null: none is kept under that id. */
export async function readChange(
  folder: string,
  id: string,
): Promise<{ readonly change: LoggedChange; readonly phase: ChangePhase } | null> {
  if (!isChangeId(id)) return null;
  const record = readJson(join(folder, id, RECORD));
  const phase = await readFile(join(folder, id, PHASE), 'utf8').catch(() => '');
  return isLogged(record) && isPhase(phase) ? { change: record, phase } : null;
}

/** The bytes of a file before or after the set. */
export async function loggedContent(
  folder: string,
  change: LoggedChange,
  index: number,
  when: 'before' | 'after',
): Promise<FileContent | null> {
  const known = change.files[index]?.[when] ?? null;
  if (known === null) return null;
  return { ...known, bytes: await readFile(join(folder, change.id, `${when}-${index}`)) };
}

/** Forgets a set: it can no longer be undone. */
export async function dropChange(folder: string, id: string): Promise<void> {
  await rm(join(folder, id), { recursive: true, force: true });
}

/** Ids of all sets that are kept. */
export async function listChanges(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).filter(isChangeId).toSorted();
}

function facts(content: FileContent | null): Omit<FileContent, 'bytes'> | null {
  return content === null ? null : { sha256: content.sha256, mode: content.mode };
}

async function writeDurably(file: string, content: string | Uint8Array): Promise<void> {
  const handle = await open(file, 'w', 0o600);
  try {
    await handle.writeFile(content);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

function isPhase(text: string): text is ChangePhase {
  return PHASES.includes(text);
}

/** Only we write it, and whole: its outline is looked at. @throws AppError internal when it was changed by hand */
function isLogged(value: unknown): value is LoggedChange {
  if (value === null) return false;
  if (isRecord(value) && typeof value['checkout'] === 'string' && Array.isArray(value['files'])) return true;
  throw new AppError('internal', 'The journal of requirement changes is damaged.');
}
