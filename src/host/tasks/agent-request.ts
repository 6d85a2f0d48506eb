/** Builds the command of one run of the agent: which session, which prompt, which program. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import type { AgentGo } from '../../contracts/host-work.ts';
import type { WorkOrder } from '../../contracts/order.ts';
import type { AgentCommand } from '../agents/adapter.ts';
import { adapterFor, sessionLaunch } from '../agents/registry.ts';
import { listContextFiles } from '../project/context-files.ts';
import { executionPrompt, fixPrompt, handoverPrompt, resumePrompt } from '../project/prompt.ts';
import type { ExecutionInput, FailedCheck, PromptMarker } from '../project/prompt.ts';
import { readFrozen } from '../requirements/freeze.ts';
import { readJson } from '../runs/run-directory.ts';
import { readEvidence } from '../verify/verify.ts';
import { readRound } from './attempt-note.ts';
import type { HostContext } from './host-context.ts';
import { environmentOfAgent } from './workspace.ts';
import type { Workspace } from './workspace.ts';

const FactsSchema = z.object({
  sessionId: z.string().nullable(),
  priorCostUsd: z.number().nullable(),
  agent: z.string(),
});

/** Facts of a run that reading its output needs; kept in its directory. */
export type AgentFacts = z.infer<typeof FactsSchema>;

/** Name of the file in the run's directory. */
export const FACTS_FILE = 'agent.json';

/** A command with the facts to be kept. */
export interface PreparedRun {
  readonly command: AgentCommand;
  readonly env: Readonly<Record<string, string>>;
  readonly facts: AgentFacts;
}

/** The facts in a run's directory; null before it was prepared. */
export function readFacts(directory: string): AgentFacts | null {
  const parsed = FactsSchema.safeParse(readJson(join(directory, FACTS_FILE)));
  return parsed.success ? parsed.data : null;
}

/**
 * Prepares a run. A session that the agent does not have on disk never began: then the whole task is told.
 * @throws AppError requirement_not_found (the frozen text is gone), requirement_invalid, invalid_settings
 */
export async function prepareRun(
  context: HostContext,
  order: WorkOrder,
  go: AgentGo,
  workspace: Workspace,
): Promise<PreparedRun> {
  const { settings } = workspace;
  const adapter = adapterFor(settings.agent.name);
  const env = environmentOfAgent(context, settings);
  const launch = await sessionLaunch(settings.agent.name, env, go.sessionId ?? sessionIdOf(order));
  const prompt = await promptFor(context, order, go, workspace, adapter.resume === 'session' && launch.resume);
  const command = adapter.command({ prompt, session: launch, cwd: workspace.directory, settings });
  const sessionId = adapter.resume === 'session' ? launch.id : null;
  const facts = { sessionId, priorCostUsd: launch.resume ? go.priorCostUsd : null, agent: settings.agent.name };
  return { command, env: environmentOfAgent(context, settings, command.env), facts };
}

async function promptFor(
  context: HostContext,
  order: WorkOrder,
  go: AgentGo,
  workspace: Workspace,
  hasSession: boolean,
): Promise<string> {
  const failed = go.prompt === 'fix' ? await evidenceOf(context, order, go) : [];
  if (hasSession && go.prompt === 'fix') return fixPrompt(go.round + 1, failed);
  if (hasSession && go.prompt !== 'attempt') return resumePrompt(REASONS[go.prompt]);
  const input = await executionInput(context, order, workspace);
  if (go.prompt === 'attempt') return executionPrompt(input);
  const marker: PromptMarker = go.prompt === 'fix' ? { kind: 'fix', number: go.round + 1 } : { kind: 'resume' };
  return handoverPrompt(marker, input, [REASONS[go.prompt]], failed);
}

const REASONS = {
  fix: 'the work was done, but its verification failed.',
  resume: 'it had to stop for a limit, a lost connection, or because somebody asked for it.',
  continue: 'it had used up the turns of one run.',
} as const;

async function executionInput(context: HostContext, order: WorkOrder, workspace: Workspace): Promise<ExecutionInput> {
  const [bytes, contextFiles] = await Promise.all([
    readFrozen(context.paths.inputs, order.input.sha256),
    listContextFiles(workspace.directory),
  ]);
  return {
    attempt: order.attempt,
    requirementName: order.input.name,
    requirementText: bytes.toString('utf8'),
    template: workspace.settings.prompt,
    verify: workspace.settings.verify.map((each) => each.command),
    contextFiles,
  };
}

async function evidenceOf(context: HostContext, order: WorkOrder, go: AgentGo): Promise<FailedCheck[]> {
  const round = readRound(context, order, go.round);
  if (round === null) return [];
  const where = {
    paths: context.paths,
    installation: context.installation,
    task: order.task,
    attempt: order.attempt,
    round: go.round,
  };
  return await readEvidence(where, round.checks, context.masker);
}

/** A UUID (form of version 8) that is the same whenever the same attempt asks for it. */
function sessionIdOf(order: WorkOrder): string {
  const hex = createHash('sha256').update(`${order.installation}/${order.task}/${order.attempt}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
