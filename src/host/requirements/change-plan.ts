/** From the changes that were asked for to what becomes of each file: all mistakes are found before anything is touched. */
import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../contracts/errors.ts';
import type { RequirementChange } from '../../contracts/host-door-requirements.ts';
import { MAX_CHANGES } from '../../contracts/host-door-requirements.ts';
import { hashOf } from './change-file.ts';
import type { FileContent } from './change-file.ts';
import { classify } from './classify.ts';
import { containedFile, requirementPath } from './names.ts';

/** What becomes of one file; null: it is not there. */
export interface PlannedFile {
  readonly name: string;
  readonly before: FileContent | null;
  readonly after: FileContent | null;
}

const NEW_FILE_MODE = 0o644;
/** What is too large to be run can still be renamed and deleted, up to here: its bytes are kept for the undoing. */
const MAX_KEPT_BYTES = 16_000_000;

/**
 * Looks at every file that `changes` name. Changes nothing.
 * @throws AppError as `RequirementChangeDoor.changeRequirements`
 */
export async function planChanges(checkout: string, changes: readonly RequirementChange[]): Promise<PlannedFile[]> {
  refuseRepeated(changes);
  const planned: PlannedFile[] = [];
  const mistakes: { readonly name: string; readonly error: AppError }[] = [];
  for (const change of changes) {
    try {
      planned.push(...(await planChange(checkout, change)));
    } catch (error) {
      if (!AppError.is(error)) throw error;
      mistakes.push({ name: change.name, error });
    }
  }
  const [first, ...more] = mistakes;
  if (first === undefined) return planned;
  if (more.length === 0) throw first.error;
  const requirements = mistakes.map(({ name, error }) => ({
    name,
    code: error.code,
    message: error.message,
    sha256: error.details['sha256'] ?? null,
  }));
  throw new AppError(first.error.code, `${mistakes.length} requirements cannot be changed; ${first.error.message}`, {
    details: { requirements: requirements.slice(0, 100) },
    cause: first.error,
  });
}

function refuseRepeated(changes: readonly RequirementChange[]): void {
  const names = changes.flatMap((each) => (each.kind === 'rename' ? [each.name, each.to] : [each.name]));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (changes.length > 0 && changes.length <= MAX_CHANGES && twice === undefined) return;
  const message =
    twice === undefined
      ? `A change set has 1 to ${MAX_CHANGES} changes, not ${changes.length}`
      : `The change set names ${JSON.stringify(twice)} twice`;
  throw new AppError('invalid_input', `${message}.`, { details: { fields: [{ path: 'changes', message }] } });
}

async function planChange(checkout: string, change: RequirementChange): Promise<PlannedFile[]> {
  const before = await contentOf(checkout, change.name);
  if (change.kind === 'create') {
    if (before !== null) throw taken(change.name, before);
    return [{ name: change.name, before, after: newContent(change.name, change.text, NEW_FILE_MODE) }];
  }
  if (before === null) {
    throw new AppError('requirement_not_found', `There is no requirement ${JSON.stringify(change.name)}.`, {
      details: { name: change.name, path: requirementPath(change.name) },
    });
  }
  if (change.expectedSha256 !== null && change.expectedSha256 !== before.sha256) throw changed(change.name, before);
  switch (change.kind) {
    case 'edit':
      return [{ name: change.name, before, after: newContent(change.name, change.text, before.mode) }];
    case 'delete':
      return [{ name: change.name, before, after: null }];
    case 'rename': {
      const there = await contentOf(checkout, change.to);
      if (there !== null) throw taken(change.to, there);
      // The new name first: a crash between leaves both, never none.
      return [
        { name: change.to, before: null, after: before },
        { name: change.name, before, after: null },
      ];
    }
  }
}

async function contentOf(checkout: string, name: string): Promise<FileContent | null> {
  const file = (await containedFile(checkout, name)) ?? join(checkout, requirementPath(name));
  const found = await lstat(file).catch(() => null);
  if (found === null) return null;
  if (!found.isFile()) {
    const what = found.isSymbolicLink() ? 'a link: change the file it leads to' : 'not a file';
    throw unusable(name, `It is ${what}.`);
  }
  if (found.size > MAX_KEPT_BYTES) throw unusable(name, 'It is larger than 16 MB.');
  const bytes = await readFile(file);
  return { bytes, sha256: hashOf(bytes), mode: found.mode & 0o777 };
}

function newContent(name: string, text: string, mode: number): FileContent {
  if (!text.isWellFormed()) throw unusable(name, 'Its text is not valid Unicode.');
  const bytes = Buffer.from(text, 'utf8');
  const { problem, sha256 } = classify(name, bytes);
  if (problem !== null) throw unusable(name, problem);
  return { bytes, sha256, mode };
}

function unusable(name: string, problem: string): AppError {
  return new AppError('requirement_invalid', `${requirementPath(name)} cannot be used. ${problem}`, {
    details: { name, problem },
  });
}

function taken(name: string, { sha256 }: FileContent): AppError {
  return new AppError('requirement_exists', `There is a requirement ${JSON.stringify(name)} already.`, {
    details: { name, sha256 },
  });
}

function changed(name: string, { sha256 }: FileContent): AppError {
  return new AppError('requirement_changed', `The requirement ${JSON.stringify(name)} was changed meanwhile.`, {
    details: { name, sha256 },
  });
}
