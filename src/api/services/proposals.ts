/** Applying what background tasks propose: chosen items, as one change that can be undone. */
import { createHash, randomUUID } from 'node:crypto';
import { BACKGROUND_PARAMS, BACKGROUND_RESULTS, isBackgroundKind } from '../../contracts/background.ts';
import type { BackgroundKind, BackgroundResult } from '../../contracts/background.ts';
import type { ProposalView } from '../../contracts/background-routes.ts';
import { AppError } from '../../contracts/errors.ts';
import type { RequirementChange } from '../../contracts/host-door-requirements.ts';
import type { RouteAnswer } from '../../contracts/http.ts';
import type { TaskId } from '../../contracts/ids.ts';
import { isConflict, proposalsOf, proposalState } from '../../domain/proposals.ts';
import type { Proposal, Weighed } from '../../domain/proposals.ts';
import type { ProjectRow, TaskRow } from '../../store/store.ts';
import type { ApiDeps } from '../deps.ts';
import { proposalProblem, toProposalView } from '../views/proposal-view.ts';
import { findProject } from './lookup.ts';
import { applyChanges } from './requirements.ts';
import { resultOf } from './results.ts';

type Needs = Pick<ApiDeps, 'store' | 'door' | 'clock'>;

/** What can be applied. @throws AppError project_not_found; nothing_to_apply (not that kind, or no result yet) */
export async function proposalViews(deps: Needs, row: TaskRow): Promise<ProposalView[]> {
  const project = await findProject(deps.store, row.definition.project);
  return (await weigh(deps, project, row)).map(toProposalView);
}

/**
 * Applies chosen items. What is in a file already is left out, so that doing it twice does nothing twice.
 * @throws AppError as {@link proposalViews}; invalid_input (no such item); apply_conflict with `details.conflicts`
 * [{item, state, message, sha256}]; requirement_changed (in this very moment), requirement_invalid
 */
export async function applyProposals(
  deps: Needs,
  row: TaskRow,
  wanted: { readonly items?: readonly string[] | undefined; readonly overwrite: boolean },
): Promise<RouteAnswer<'applyTask'>> {
  const { id } = row.definition;
  const project = await findProject(deps.store, row.definition.project);
  const chosen = choose(await weigh(deps, project, row), wanted.items);
  const already = chosen.filter(({ state }) => state === 'applied');
  const open = chosen.filter(({ state }) => state !== 'applied');
  if (!wanted.overwrite) refuseConflicts(open);
  const undoToken = open.length === 0 ? null : await write(deps, project, id, open);
  // Whoever applies a result has seen it.
  if (row.readAtMs === null) await deps.store.inbox.mark(id, { read: true }, deps.clock.now());
  const names = open.map(({ proposal }) => proposal.id);
  return {
    applied: names,
    already: already.map(({ proposal }) => proposal.id),
    undoToken,
    message: await saying(deps, project, names, already.length),
    items: await proposalViews(deps, row),
  };
}

async function weigh(deps: Needs, project: ProjectRow, row: TaskRow): Promise<Weighed[]> {
  const proposals = await proposalsFor(deps, row);
  const [files, latest] = await Promise.all([
    deps.door.listRequirements(project.path),
    deps.store.tasks.latestOfRequirements(project.id),
  ]);
  return proposals.map((proposal) => {
    const sha256 = files.find((file) => file.name === proposal.id)?.sha256 ?? null;
    const last = latest.get(proposal.id);
    const completed = last?.status === 'completed' ? last.sha256 : null;
    return { proposal, sha256, state: proposalState(proposal, hashOf(proposal.text), { sha256, completed }) };
  });
}

async function proposalsFor(deps: Needs, row: TaskRow): Promise<Proposal[]> {
  const { id, kind, params } = row.definition;
  const result = isBackgroundKind(kind) ? toResult(kind, await resultOf(deps, row)) : null;
  if (result !== null) return proposalsOf(result, BACKGROUND_PARAMS[result.kind].parse(params).stories);
  const fact = isBackgroundKind(kind) ? `has no result; it is ${row.state.status}` : `is of kind ${kind}`;
  throw new AppError('nothing_to_apply', `Task ${id} ${fact}.`, { details: { kind, status: row.state.status } });
}

function toResult(kind: BackgroundKind, result: unknown): BackgroundResult | null {
  switch (kind) {
    case 'refine': {
      const parsed = BACKGROUND_RESULTS.refine.safeParse(result);
      return parsed.success ? { kind, result: parsed.data } : null;
    }
    case 'generate': {
      const parsed = BACKGROUND_RESULTS.generate.safeParse(result);
      return parsed.success ? { kind, result: parsed.data } : null;
    }
    case 'story-edit': {
      const parsed = BACKGROUND_RESULTS['story-edit'].safeParse(result);
      return parsed.success ? { kind, result: parsed.data } : null;
    }
  }
}

function choose(all: readonly Weighed[], items: readonly string[] | undefined): readonly Weighed[] {
  if (items === undefined) return all;
  const unknown = items.filter((item) => !all.some(({ proposal }) => proposal.id === item));
  if (unknown.length === 0) return all.filter(({ proposal }) => items.includes(proposal.id));
  const known = all.map(({ proposal }) => proposal.id);
  const fields = unknown.slice(0, 100).map((item) => ({
    path: `items.${items.indexOf(item)}`,
    message: `The result has no item ${JSON.stringify(item.slice(0, 100))}`,
  }));
  throw new AppError('invalid_input', `${fields[0]?.message ?? 'No such item'}; there are ${known.join(', ')}.`, {
    details: { fields },
  });
}

function refuseConflicts(open: readonly Weighed[]): void {
  const conflicts = open
    .filter(({ state }) => isConflict(state))
    .map(({ proposal, state, sha256 }) => ({
      item: proposal.id,
      state,
      message: proposalProblem(proposal.id, state),
      sha256,
    }));
  const [first] = conflicts;
  if (first === undefined) return;
  const more = conflicts.length > 1 ? ` (and ${conflicts.length - 1} more)` : '';
  throw new AppError('apply_conflict', `${first.message ?? first.item}${more} Nothing was applied.`, {
    details: { conflicts },
  });
}

/** From the same files the same change set: a request that is repeated after its process died finds it. Undone: anew. */
async function write(deps: Needs, project: ProjectRow, task: TaskId, open: readonly Weighed[]): Promise<string> {
  const changes = open.map(toChange);
  const seen = JSON.stringify([task, open.map(({ proposal, sha256 }) => [proposal.id, sha256])]);
  const first = await applyChanges(deps, project, { id: `apply-${hashOf(seen).slice(0, 32)}`, changes });
  if (!first.undone) return first.id;
  return (await applyChanges(deps, project, { id: randomUUID(), changes })).id;
}

/** What was seen just now is what may be replaced. */
function toChange({ proposal, sha256 }: Weighed): RequirementChange {
  const { id: name, text } = proposal;
  return sha256 === null ? { kind: 'create', name, text } : { kind: 'edit', name, text, expectedSha256: sha256 };
}

async function saying(
  { store }: Needs,
  project: ProjectRow,
  names: readonly string[],
  already: number,
): Promise<string> {
  const before = already === 0 ? '' : ` ${already} ${already === 1 ? 'was' : 'were'} applied before.`;
  if (names.length === 0) return `Nothing was written.${before}`;
  const open = await store.tasks.openRequirements(project.id);
  const queued = names.filter((name) => open.has(name));
  const still =
    queued.length === 0 ? '' : ` Open tasks go on with the text as it was queued: ${queued.slice(0, 5).join(', ')}.`;
  return `Written: ${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}.${before}${still}`;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
