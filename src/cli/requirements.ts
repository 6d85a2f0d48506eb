/** Which requirements a new batch takes. */
import { AppError } from '../contracts/errors.ts';
import type { NewTaskSchema } from '../contracts/task-routes.ts';
import type { ProjectView, RequirementView } from '../contracts/views.ts';
import type { Client } from '../client/client.ts';
import { oneLine } from './render/text.ts';
import { needsByTask, whenNeededFailedOf } from './needs.ts';
import type { NeedFlags } from './needs.ts';
import { requirementName } from './resolve.ts';
import type { z } from 'zod';

/** A task to be made. */
export type NewTask = z.input<typeof NewTaskSchema>;

/** What a selection is made from. */
export interface SelectionRequest {
  /** As typed; empty: every one not done yet. */
  readonly names: readonly string[];
  readonly project: ProjectView;
  /** Also what an undelivered branch resolves already. */
  readonly again: boolean;
}

/**
 * The requirements that a batch takes, in the order of the names, else of the list.
 * @throws AppError requirement_not_found, requirement_invalid, nothing_to_do
 */
export async function selectRequirements(client: Client, request: SelectionRequest): Promise<RequirementView[]> {
  const { items } = await client.call('listRequirements', { params: { id: request.project.id } });
  return request.names.length === 0 ? everyOpen(items, request) : named(items, request);
}

/** What a default selection leaves out although the user may expect it: files that cannot be used, and why. */
export async function unusableRequirements(client: Client, project: ProjectView): Promise<string[]> {
  const { items } = await client.call('listRequirements', { params: { id: project.id } });
  return items.flatMap(({ name, problem, slashCommandReason }) =>
    problem === null || slashCommandReason !== null ? [] : [`${oneLine(name)} is left out: ${oneLine(problem)}`],
  );
}

/** True for what a batch takes by default: usable, no slash command, in no open batch, not resolved already. */
function isRunnable(requirement: RequirementView, again: boolean): boolean {
  if (requirement.slashCommandReason !== null || requirement.problem !== null) return false;
  switch (requirement.status) {
    case 'queued':
    case 'running':
    case 'waiting':
      return false;
    case 'idle':
      // A task of a batch that was not started yet is idle too.
      if (requirement.batchId !== null) return false;
      return again || requirement.undelivered === null;
    case 'completed':
      return again;
    case 'failed':
    case 'skipped':
    case 'cancelled':
      return again || requirement.undelivered === null;
  }
}

/** The tasks for `requirements`, each with what it needs. @throws AppError invalid_input for a need of none of them */
export function tasksFor(
  project: ProjectView,
  requirements: readonly RequirementView[],
  needs: NeedFlags = {},
): NewTask[] {
  const after = needsByTask(needs, requirements);
  const whenNeededFailed = whenNeededFailedOf(needs);
  return requirements.map(({ name }) => {
    const needed = after.get(name);
    const task = { projectId: project.id, requirementName: name };
    return needed === undefined ? task : { ...task, after: needed, whenNeededFailed };
  });
}

function everyOpen(items: readonly RequirementView[], { again, project }: SelectionRequest): RequirementView[] {
  const runnable = items.filter((each) => isRunnable(each, again));
  if (runnable.length > 0) return runnable;
  const left = items.map((each) => `${each.name}: ${reasonAgainst(each)}`);
  throw new AppError('nothing_to_do', `There is nothing to run in ${project.path}${left.length === 0 ? '.' : ':'}`, {
    details: { left },
  });
}

function reasonAgainst(requirement: RequirementView): string {
  if (requirement.problem !== null) return requirement.problem;
  if (requirement.slashCommandReason !== null) return `a slash command (${requirement.slashCommandReason})`;
  if (requirement.undelivered !== null)
    return `resolved on ${requirement.undelivered}, which is not merged; --again runs it`;
  return requirement.batchId === null ? requirement.status : `${requirement.status} in batch ${requirement.batchId}`;
}

function named(items: readonly RequirementView[], { names, project }: SelectionRequest): RequirementView[] {
  const wanted = [...new Set(names.map(requirementName))];
  const found = wanted.flatMap((name) => items.find((each) => each.name === name) ?? []);
  const missing = wanted.filter((name) => !found.some((each) => each.name === name));
  if (missing.length > 0) {
    const folder = `${project.path}/.claude/commands`;
    throw new AppError('requirement_not_found', `No requirement ${missing.join(', ')} in ${folder}; there are:`, {
      details: { available: items.length === 0 ? ['(none)'] : items.map((each) => each.name) },
    });
  }
  const broken = found.filter((each) => each.problem !== null);
  if (broken.length === 0) return found;
  throw new AppError('requirement_invalid', 'Some requirement files cannot be used:', {
    details: { problems: broken.map((each) => `${each.name}: ${each.problem ?? ''}`) },
  });
}
