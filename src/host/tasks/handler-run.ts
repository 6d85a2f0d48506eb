/** A run of a handler of the project: how it begins, and what it says of itself in the end. */
import { traitsOf } from '../../contracts/kinds.ts';
import type { WorkOrder } from '../../contracts/order.ts';
import type { AgentOutcome } from '../../contracts/outcome.ts';
import { readFrozenParams } from '../kinds/frozen-task.ts';
import { planHandler, readHandled } from '../kinds/handlers/plan.ts';
import { runDirectory } from '../runs/run-directory.ts';
import type { PreparedRun } from './agent-request.ts';
import { contextVariables } from './context-variables.ts';
import type { HostContext } from './host-context.ts';
import { environmentOfCommands } from './workspace.ts';
import type { Workspace } from './workspace.ts';

/**
 * Prepares the run of step `step`. Its environment is that of a command; the token is beside it, for the process alone.
 * @throws AppError requirement_not_found (the frozen parameters are gone), invalid_settings
 */
export async function prepareHandlerRun(
  context: HostContext,
  order: WorkOrder,
  step: string,
  workspace: Workspace,
): Promise<PreparedRun> {
  const { settings } = workspace;
  const directory = runDirectory(context.paths, order.task, order.attempt, step);
  const plan = await planHandler(context.paths, order, {
    workspace: workspace.directory,
    directory,
    settings,
    params: await readFrozenParams(context.paths.inputs, order),
    githubToken: tokenOf(context, order),
  });
  return {
    command: { argv: plan.argv, env: {}, stdin: plan.stdin },
    env: { ...environmentOfCommands(context, settings), ...contextVariables(context, order, directory), ...plan.env },
    facts: { sessionId: null, priorCostUsd: null, agent: 'command' },
    cwd: workspace.directory,
    timeoutMs: settings.agent.timeoutMs,
  };
}

/** The outcome as the handler itself told it; a process that ended well and told nothing has not done its task. */
export function asHandled(order: WorkOrder, directory: string, outcome: AgentOutcome): AgentOutcome {
  const { kind } = outcome.verdict;
  if (traitsOf(order.kind).runs !== 'handler' || (kind !== 'succeeded' && kind !== 'failed')) return outcome;
  if (outcome.verdict.kind === 'failed' && outcome.verdict.code !== 'agent_error') return outcome;
  const handled = readHandled(directory);
  if (handled === null) {
    const message = 'The handler ended its process before it returned.';
    return { ...outcome, verdict: { kind: 'failed', code: 'no_result', message } };
  }
  const { success, message } = handled;
  if (success) return { ...outcome, verdict: { kind: 'succeeded', message } };
  return { ...outcome, verdict: { kind: 'failed', code: 'agent_error', message } };
}

/** That of the project alone, else that of the machine. */
function tokenOf({ environment }: HostContext, order: WorkOrder): string | null {
  const suffix = order.projectName.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_');
  return environment.raw[`GITHUB_TOKEN_${suffix}`] ?? environment.githubToken;
}
