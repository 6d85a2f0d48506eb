/** Builds the command of one run of the agent: which session, which prompt, which program. */
import { createHash } from 'node:crypto';
import { answerJsonSchema } from '../../contracts/background.ts';
import { traitsOf } from '../../contracts/kinds.ts';
import type { AgentGo, PromptKind } from '../../contracts/host-work.ts';
import { AppError } from '../../contracts/errors.ts';
import type { WorkOrder } from '../../contracts/order.ts';
import { settingsForAgent } from '../../contracts/settings.ts';
import type { Settings } from '../../contracts/settings.ts';
import type { AgentCommand } from '../agents/adapter.ts';
import { adapterFor, sessionLaunch } from '../agents/registry.ts';
import { listContextFiles } from '../project/context-files.ts';
import { executionPrompt, fixPrompt, handoverPrompt, resumePrompt } from '../project/prompt.ts';
import type { ExecutionInput, FailedCheck, PromptMarker } from '../project/prompt.ts';
import { backgroundPrompt, repairPrompt } from '../kinds/background/prompts.ts';
import { judgeAnswer, readBackgroundTask } from '../kinds/background/task.ts';
import type { BackgroundTask } from '../kinds/background/task.ts';
import { planCommand } from '../kinds/custom-command.ts';
import { readFrozenParams } from '../kinds/frozen-task.ts';
import { readSnapshot } from '../kinds/github/notes.ts';
import { instructionsOf, timeoutOf } from '../kinds/registry.ts';
import { readFrozen } from '../requirements/freeze.ts';
import { runDirectory } from '../runs/run-directory.ts';
import { readEvidence } from '../verify/verify.ts';
import type { AgentFacts } from './agent-facts.ts';
import { readRound } from './attempt-note.ts';
import { contextVariables, idVariables } from './context-variables.ts';
import { prepareHandlerRun } from './handler-run.ts';
import type { HostContext } from './host-context.ts';
import { takeoverPrompt } from './takeover.ts';
import { environmentOfAgent, environmentOfCommands } from './workspace.ts';
import type { Workspace } from './workspace.ts';

/** A command with the facts to be kept. */
export interface PreparedRun {
  readonly command: AgentCommand;
  readonly env: Readonly<Record<string, string>>;
  readonly facts: AgentFacts;
  /** Absolute; where it starts. */
  readonly cwd: string;
  readonly timeoutMs: number;
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
  if (order.kind === 'custom-command') return await prepareCommand(context, order, go.step, workspace);
  if (traitsOf(order.kind).runs === 'handler') return await prepareHandlerRun(context, order, go.step, workspace);
  const settings = settingsOf(workspace, go);
  const adapter = adapterFor(settings.agent.name);
  const before = environmentOfAgent(context, settings);
  const launch = await sessionLaunch(settings.agent.name, before, go.sessionId ?? sessionIdOf(order));
  const hasSession = adapter.resume === 'session' && launch.resume;
  const background = await readBackgroundTask(context.paths, order);
  const prompt =
    background === null
      ? await promptFor(context, order, go, workspace, hasSession)
      : backgroundPromptFor(context, order, go, background, hasSession);
  const command = adapter.command({
    prompt,
    session: launch,
    cwd: workspace.directory,
    settings,
    ...(background === null ? {} : { schema: answerJsonSchema(background.asked.kind) }),
  });
  const sessionId = adapter.resume === 'session' ? launch.id : null;
  const facts = {
    sessionId,
    priorCostUsd: launch.resume ? go.priorCostUsd : null,
    agent: settings.agent.name,
    isResumed: hasSession,
  };
  const timeoutMs = (await ownTimeout(context, order)) ?? settings.agent.timeoutMs;
  const env = environmentOfAgent(context, settings, { ...command.env, ...idVariables(context, order) });
  return { command, env, facts, cwd: workspace.directory, timeoutMs };
}

/** @throws AppError invalid_settings when the agent is not one of the frozen settings */
function settingsOf({ settings }: Workspace, { agent }: AgentGo): Settings {
  if (agent === undefined) return settings;
  const known = settingsForAgent(settings, agent);
  if (known !== null) return known;
  throw new AppError('invalid_settings', `The agent ${agent} is neither agent.name nor in agent.fallback.`, {
    details: { key: 'agent.fallback' },
  });
}

/** Its environment is that of set-up and verification: no agent's credentials, and nothing of it can set ours. */
async function prepareCommand(
  context: HostContext,
  order: WorkOrder,
  step: string,
  workspace: Workspace,
): Promise<PreparedRun> {
  const { settings } = workspace;
  const params = await readFrozenParams(context.paths.inputs, order);
  const plan = await planCommand(params, workspace.directory);
  const ours = contextVariables(context, order, runDirectory(context.paths, order.task, order.attempt, step));
  const env = { ...ours, ...environmentOfCommands(context, { ...settings, env: { ...settings.env, ...plan.env } }) };
  const command = { argv: plan.argv, env: {}, stdin: plan.stdin };
  const facts = { sessionId: null, priorCostUsd: null, agent: 'command' };
  return { command, env, facts, cwd: plan.cwd, timeoutMs: plan.timeoutMs ?? settings.agent.timeoutMs };
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
  if (hasSession && isLater(go.prompt)) return resumePrompt(REASONS[go.prompt]);
  const input = await executionInput(context, order, workspace);
  if (go.prompt === 'attempt') return executionPrompt(input);
  if (go.prompt === 'takeover') return await takeoverPrompt(context, order, go, input);
  const marker: PromptMarker = go.prompt === 'fix' ? { kind: 'fix', number: go.round + 1 } : { kind: 'resume' };
  return handoverPrompt(marker, input, [REASONS[go.prompt]], failed);
}

/** Without a session the whole question is asked again, with what was wrong with the last answer. */
function backgroundPromptFor(
  context: HostContext,
  order: WorkOrder,
  go: AgentGo,
  task: BackgroundTask,
  hasSession: boolean,
): string {
  const judged = go.prompt === 'fix' ? judgeAnswer(context.paths, order, task) : null;
  const mistakes = judged === null || judged.ok ? [] : judged.mistakes;
  if (hasSession && go.prompt === 'fix') return repairPrompt(task.asked.kind, go.round + 1, mistakes);
  if (hasSession && isLater(go.prompt)) return resumePrompt(REASONS[go.prompt]);
  const question = backgroundPrompt(task.asked, task.stories, order.attempt);
  if (mistakes.length === 0) return question;
  return `${question}\n\n${repairPrompt(task.asked.kind, go.round + 1, mistakes)}`;
}

/** The prompts that tell an agent to go on with what it did itself. */
function isLater(prompt: PromptKind): prompt is keyof typeof REASONS {
  return prompt !== 'attempt' && prompt !== 'takeover';
}

const REASONS = {
  fix: 'the work was done, but its verification failed.',
  resume: 'it had to stop for a limit, a lost connection, or because somebody asked for it.',
  continue: 'it had used up the turns of one run.',
} as const;

async function executionInput(context: HostContext, order: WorkOrder, workspace: Workspace): Promise<ExecutionInput> {
  const [requirementText, contextFiles] = await Promise.all([
    textOf(context, order),
    listContextFiles(workspace.directory),
  ]);
  return {
    attempt: order.attempt,
    requirementName: order.input.name,
    requirementText,
    hasFile: order.kind === 'requirement',
    template: workspace.settings.prompt,
    verify: workspace.settings.verify.map((each) => each.command),
    contextFiles,
  };
}

/** A time-out that the task brings along; null: none. */
async function ownTimeout(context: HostContext, order: WorkOrder): Promise<number | null> {
  if (order.kind !== 'claude-cli') return null;
  return timeoutOf(await readFrozenParams(context.paths.inputs, order));
}

/** What is to be done, in words. */
async function textOf(context: HostContext, order: WorkOrder): Promise<string> {
  const snapshot = traitsOf(order.kind).prepares ? readSnapshot(context.paths, order) : null;
  if (snapshot !== null) return snapshot.prompt;
  if (order.kind === 'claude-cli') return instructionsOf(await readFrozenParams(context.paths.inputs, order));
  return (await readFrozen(context.paths.inputs, order.input.sha256)).toString('utf8');
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
