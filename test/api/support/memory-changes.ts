/** Changes of the requirements of a host without a disk: all or nothing, by id, undoable. */
import { createHash } from 'node:crypto';
import { AppError } from '../../../src/contracts/errors.ts';
import type {
  ChangedRequirement,
  RequirementChange,
  RequirementChangeDoor,
  RequirementChangeSet,
} from '../../../src/contracts/host-door-requirements.ts';

const hash = (text: string | undefined): string | null =>
  text === undefined ? null : createHash('sha256').update(text).digest('hex');

/** @param requirements by project path: name -> text */
export function createMemoryChanges(requirements: Map<string, Map<string, string>>): RequirementChangeDoor {
  const sets = new Map<string, { before: Map<string, string>; set: RequirementChangeSet }>();
  return {
    changeRequirements: async (path, { id, changes }) => {
      const known = sets.get(id);
      if (known !== undefined) return known.set;
      const before = requirements.get(path) ?? new Map<string, string>();
      const after = new Map(before);
      for (const change of changes) applyOne(after, change);
      const set = { id, undone: false, files: differences(before, after) };
      requirements.set(path, after);
      sets.set(id, { before, set });
      return set;
    },
    undoRequirements: async (path, id) => {
      const known = sets.get(id);
      if (known === undefined) throw new AppError('change_not_found', `No change ${id} is kept.`);
      requirements.set(path, known.before);
      const files = known.set.files.map(({ name, before, after }) => ({ name, before: after, after: before }));
      return { id, undone: true, files };
    },
  };
}

function applyOne(files: Map<string, string>, change: RequirementChange): void {
  const { name } = change;
  const text = files.get(name);
  if (change.kind === 'create') {
    if (text !== undefined) throw new AppError('requirement_exists', `${name} is there.`);
    files.set(name, change.text);
    return;
  }
  if (text === undefined) throw new AppError('requirement_not_found', `There is no ${name}.`);
  if (change.expectedSha256 !== null && change.expectedSha256 !== hash(text)) {
    const details = { name, sha256: hash(text) };
    throw new AppError('requirement_changed', `${name} was changed.`, { details });
  }
  if (change.kind !== 'edit') files.delete(name);
  if (change.kind === 'edit') files.set(name, change.text);
  if (change.kind === 'rename') files.set(change.to, text);
}

function differences(before: Map<string, string>, after: Map<string, string>): ChangedRequirement[] {
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return names
    .map((name) => ({ name, before: hash(before.get(name)), after: hash(after.get(name)) }))
    .filter((file) => file.before !== file.after);
}
