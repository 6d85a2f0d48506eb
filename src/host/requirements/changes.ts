/** Change sets of requirement files: all or nothing, also when this process dies between two files, and undoable as one. */
import { AppError } from '../../contracts/errors.ts';
import { isChangeId } from '../../contracts/host-door-requirements.ts';
import type {
  RequirementChangeDoor,
  RequirementChangeRequest,
  RequirementChangeSet,
} from '../../contracts/host-door-requirements.ts';
import { failpoint } from '../../platform/failpoint.ts';
import { errorCode } from '../runs/run-directory.ts';
import { changeFile, hashOf } from './change-file.ts';
import { beginChange, dropChange, listChanges, loggedContent, readChange, setPhase } from './change-log.ts';
import type { LoggedChange } from './change-log.ts';
import { planChanges } from './change-plan.ts';
import { createChangesLock } from './changes-lock.ts';

/** The changes of one installation. */
export interface RequirementChanges extends RequirementChangeDoor {
  /** Finishes or undoes what a crash left; looks once per process. Call it before requirement files are read. */
  settle(): Promise<void>;
}

/** Changes with their journal in `folder`, which only its owner can read. */
export function createRequirementChanges(folder: string): RequirementChanges {
  const exclusively = createChangesLock(folder);
  let settled: Promise<void> | null = null;
  const settle = (): Promise<void> => {
    settled ??= settleAll(folder, exclusively).catch((error: unknown) => {
      settled = null;
      throw error;
    });
    return settled;
  };
  const run = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    await settle();
    try {
      return await exclusively(work);
    } catch (error) {
      // It may have left a set open: the next call looks again.
      settled = null;
      throw error;
    }
  };
  return {
    settle,
    changeRequirements: (checkout, request) => run(() => change(folder, checkout, request)),
    undoRequirements: (checkout, id) => run(() => undo(folder, checkout, id)),
  };
}

async function change(
  folder: string,
  checkout: string,
  { id, changes }: RequirementChangeRequest,
): Promise<RequirementChangeSet> {
  if (!isChangeId(id)) throw invalidId(`${JSON.stringify(id.slice(0, 80))} is no id of a change set`);
  const requestSha256 = hashOf(Buffer.from(JSON.stringify([checkout, changes])));
  const known = await readChange(folder, id);
  if (known !== null) {
    if (known.change.requestSha256 !== requestSha256) throw invalidId(`The id ${id} was used for another change set`);
    return answerOf(known.change, known.phase === 'undone' || known.phase === 'undoing');
  }
  const files = await planChanges(checkout, changes);
  const logged = await beginChange(folder, { id, checkout, requestSha256 }, files);
  failpoint('requirements:logged');
  const stopped = await finish(folder, logged, 'after').catch(async (error: unknown) => {
    await takeBack(folder, logged, 'before');
    await dropChange(folder, id);
    throw error;
  });
  if (stopped === null) return answerOf(logged, false);
  await dropChange(folder, id);
  throw new AppError('requirement_changed', `The requirement ${JSON.stringify(stopped)} was changed meanwhile.`, {
    details: { name: stopped },
  });
}

async function undo(folder: string, checkout: string, id: string): Promise<RequirementChangeSet> {
  const known = await readChange(folder, id);
  if (known === null || known.change.checkout !== checkout) {
    throw new AppError('change_not_found', `No change ${JSON.stringify(id.slice(0, 80))} is kept.`);
  }
  if (known.phase === 'undone') return answerOf(known.change, true);
  await setPhase(folder, id, 'undoing');
  failpoint('requirements:undoing');
  const stopped = await finish(folder, known.change, 'before');
  if (stopped === null) return answerOf(known.change, true);
  throw new AppError('undo_refused', `The requirement ${JSON.stringify(stopped)} was changed since.`, {
    details: { name: stopped },
  });
}

/** Which side of a set its files are brought to. */
type Side = 'before' | 'after';

/**
 * Brings all files to one side; if one of them is in neither state, those that were moved go back.
 * @returns the name of the file that stopped it; null: all are there
 */
async function finish(folder: string, logged: LoggedChange, side: Side): Promise<string | null> {
  for (const [index, file] of logged.files.entries()) {
    if (await move(folder, logged, index, side)) {
      failpoint('requirements:between');
      continue;
    }
    await takeBack(folder, logged, side === 'after' ? 'before' : 'after');
    return file.name;
  }
  await setPhase(folder, logged.id, side === 'after' ? 'applied' : 'undone');
  return null;
}

/** What somebody changed meanwhile stays as it is. */
async function takeBack(folder: string, logged: LoggedChange, side: Side): Promise<void> {
  for (const index of [...logged.files.keys()].toReversed()) await move(folder, logged, index, side);
  await setPhase(folder, logged.id, side === 'after' ? 'applied' : 'undone');
}

async function move(folder: string, logged: LoggedChange, index: number, side: Side): Promise<boolean> {
  const file = logged.files[index];
  if (file === undefined) return true;
  const from = side === 'after' ? file.before : file.after;
  return await changeFile({
    checkout: logged.checkout,
    name: file.name,
    tag: `${logged.id}-${index}`,
    from: from?.sha256 ?? null,
    to: await loggedContent(folder, logged, index, side),
  });
}

async function settleAll(folder: string, exclusively: ReturnType<typeof createChangesLock>): Promise<void> {
  const open: string[] = [];
  for (const id of await listChanges(folder)) {
    const phase = (await readChange(folder, id))?.phase;
    if (phase === 'applying' || phase === 'undoing') open.push(id);
  }
  if (open.length === 0) return;
  await exclusively(async () => {
    for (const id of open) {
      const known = await readChange(folder, id);
      if (known?.phase === 'applying') await finish(folder, known.change, 'after').catch(leaveOpen);
      if (known?.phase === 'undoing') await finish(folder, known.change, 'before').catch(leaveOpen);
    }
  });
}

/** A set whose files cannot be reached now (the checkout is away, its rights are wrong) must not keep others from being read. */
function leaveOpen(error: unknown): void {
  if (!AppError.is(error) && errorCode(error) === undefined) throw error;
}

function answerOf({ id, files }: LoggedChange, undone: boolean): RequirementChangeSet {
  return {
    id,
    undone,
    files: files.map(({ name, before, after }) => {
      const [was, is] = undone ? [after, before] : [before, after];
      return { name, before: was?.sha256 ?? null, after: is?.sha256 ?? null };
    }),
  };
}

function invalidId(message: string): AppError {
  return new AppError('invalid_input', `${message}.`, { details: { fields: [{ path: 'id', message }] } });
}
