/** The requirement file that an idea becomes. */
import { createHash } from 'node:crypto';
import { AppError } from '../../contracts/errors.ts';
import type { RequirementChangeSet } from '../../contracts/host-door-requirements.ts';
import type { IdeaRow } from '../../store/idea-store.ts';
import type { ProjectRow } from '../../store/store.ts';
import type { ApiDeps } from '../deps.ts';
import { ideaText, requirementNameFor } from '../views/idea-text.ts';
import { findProject } from './lookup.ts';
import { applyChanges } from './requirements.ts';

type Needs = Pick<ApiDeps, 'store' | 'door' | 'clock'>;

/** What the file shall be; absent: made of the idea. */
interface Wanted {
  readonly name?: string | undefined;
  readonly text?: string | undefined;
}

/** Names that are tried, the first one among them. */
const MAX_NAMES = 50;

/**
 * Writes the file; the idea itself is left to the caller.
 * @throws AppError idea_taken, requirement_exists, requirement_name_invalid, requirement_invalid
 */
export async function writeRequirement(
  deps: Needs,
  row: IdeaRow,
  wanted: Wanted,
): Promise<{ set: RequirementChangeSet; name: string; project: ProjectRow; row: IdeaRow }> {
  const project = await findProject(deps.store, row.project);
  await refuseTaken(deps, project, row);
  return { ...(await writeFile(deps, project, row, wanted)), project, row };
}

/** A requirement that is gone (deleted, undone) can be made anew. */
async function refuseTaken({ store, door }: Needs, project: ProjectRow, row: IdeaRow): Promise<void> {
  const { status, requirement } = row;
  if (status === 'idea') return;
  if (status === 'requirement' && requirement !== null) {
    const isOpen = (await store.tasks.openRequirements(project.id)).has(requirement);
    const files = isOpen ? [] : await door.listRequirements(project.path);
    if (!isOpen && !files.some((file) => file.name === requirement)) return;
  }
  const fact = status === 'implemented' ? 'is implemented' : `is requirement ${requirement ?? ''}`;
  throw new AppError('idea_taken', `The idea ${row.title} ${fact} already.`, { details: { status, requirement } });
}

/**
 * The same idea in the same state asks for the same change sets: what an earlier go wrote before it died is found again
 * and not written under a second name.
 */
async function writeFile(
  deps: Needs,
  project: ProjectRow,
  row: IdeaRow,
  wanted: Wanted,
): Promise<{ set: RequirementChangeSet; name: string }> {
  const text = wanted.text ?? ideaText(row);
  const first = wanted.name ?? requirementNameFor(row);
  const names = wanted.name === undefined ? [first, ...numbered(first)] : [first];
  for (const name of names) {
    try {
      const id = changeIdOf(row, name, text);
      const set = await applyChanges(deps, project, { id, changes: [{ kind: 'create', name, text }] });
      if (!set.undone) return { set, name };
    } catch (error) {
      if (!AppError.is(error, 'requirement_exists') || wanted.name !== undefined) throw error;
    }
  }
  throw new AppError('requirement_exists', `There are too many requirements called ${first}.`, {
    details: { name: first },
  });
}

function numbered(name: string): string[] {
  return Array.from({ length: MAX_NAMES - 1 }, (_none, index) => `${name}-${index + 2}`);
}

function changeIdOf(row: IdeaRow, name: string, text: string): string {
  const state = JSON.stringify([row.id, row.updatedAtMs, name, text]);
  return `idea-${createHash('sha256').update(state).digest('hex').slice(0, 32)}`;
}
