/** A run of a handler of the project: how it begins, and what it says of itself in the end. */
import { z } from 'zod';
import { AppError } from '../../contracts/errors.ts';
import type { GithubSettings } from '../../contracts/github-settings.ts';
import { traitsOf } from '../../contracts/kinds.ts';
import type { WorkOrder } from '../../contracts/order.ts';
import type { AgentOutcome } from '../../contracts/outcome.ts';
import type { AgentParser } from '../agents/adapter.ts';
import { printable } from '../agents/printable.ts';
import { findCredential } from '../github/credentials.ts';
import { readFrozenParams } from '../kinds/frozen-task.ts';
import { planHandler, readHandled } from '../kinds/handlers/plan.ts';
import { SAID } from '../kinds/handlers/protocol.ts';
import { runDirectory } from '../runs/run-directory.ts';
import type { PreparedRun } from './agent-request.ts';
import { contextVariables } from './context-variables.ts';
import type { HostContext } from './host-context.ts';
import { environmentOfCommands } from './workspace.ts';
import type { Workspace } from './workspace.ts';

/** One line of a dashboard. */
const MAX_SAID = 300;

const SaidSchema = z.object({ stage: z.string(), message: z.string() });

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
    githubToken: await tokenOf(context, order, settings.github),
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

/** `parser`, which hears also what a handler says with `progress`: that is what it is doing. */
export function listening(order: WorkOrder, parser: AgentParser): AgentParser {
  if (traitsOf(order.kind).runs !== 'handler') return parser;
  let doing: string | null = null;
  return {
    push: (line) => {
      doing = saidIn(line) ?? doing;
      return parser.push(line);
    },
    isFinal: () => parser.isFinal(),
    progress: () => ({ ...parser.progress(), lastTool: doing }),
  };
}

/** `execute: reads a file`; null for a line of the handler's own. */
function saidIn(line: string): string | null {
  if (!line.startsWith(SAID)) return null;
  const said = SaidSchema.safeParse(parseJson(line.slice(SAID.length)));
  return said.success ? printable(`${said.data.stage}: ${said.data.message}`, MAX_SAID) : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The one that a task about GitHub has; null: there is none, which matters only to a handler that wants it. */
async function tokenOf(
  { environment }: HostContext,
  order: WorkOrder,
  { tokenVariable }: GithubSettings,
): Promise<string | null> {
  const { projectPath: checkout, project, projectName } = order;
  try {
    const asked = { checkout, project, projectName, tokenVariable, environment: environment.raw };
    return (await findCredential(asked)).token;
  } catch (error) {
    if (AppError.is(error, 'github_needs_login')) return null;
    throw error;
  }
}
