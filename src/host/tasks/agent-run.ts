/** Runs of the agent: start one, watch one, end one. Each may be called again after any crash. */
import { join } from 'node:path';
import { AppError } from '../../contracts/errors.ts';
import type { RunProgress } from '../../contracts/host-door.ts';
import type { AgentGo, StartedAgent } from '../../contracts/host-work.ts';
import { traitsOf } from '../../contracts/kinds.ts';
import type { WorkOrder } from '../../contracts/order.ts';
import type { AgentOutcome } from '../../contracts/outcome.ts';
import type { AgentParser } from '../agents/adapter.ts';
import { acquireClaim, claimKeyOf } from '../runs/claims.ts';
import { assertExecutable, launchRun } from '../runs/launch.ts';
import { limited } from '../runs/limits.ts';
import {
  errorCode,
  listSteps,
  makePrivateDirectory,
  RUN_FILES,
  runDirectory,
  runMarker,
  runMarkerPrefix,
  writeByRename,
  writeJson,
} from '../runs/run-directory.ts';
import { inspectRun } from '../runs/status.ts';
import { makeTemporaryDirectory, removeTemporaryDirectory } from '../runs/temporary-directory.ts';
import { fence, terminateRun } from '../runs/terminate.ts';
import { waitForRun } from '../runs/wait.ts';
import { watchRun } from '../runs/watch.ts';
import { workspaceMarkerPrefix } from '../verify/run-place.ts';
import { outcomeOf, parserFor, parseRun } from './agent-outcome.ts';
import type { RunEnd } from './agent-outcome.ts';
import { FACTS_FILE, readFacts } from './agent-facts.ts';
import { prepareRun } from './agent-request.ts';
import { beginAttempt } from './begin-attempt.ts';
import { copyLog } from './copy-log.ts';
import { assertDiskFree } from './disk.ts';
import { asHandled, listening } from './handler-run.ts';
import { keepResult } from './keep-result.ts';
import type { HostContext } from './host-context.ts';
import { openWorkspace } from './workspace.ts';
import type { Workspace } from './workspace.ts';
import { failpoint } from '../../platform/failpoint.ts';

/** A run that ends within this needs no watch: two activities less. */
const SHORT_RUN_MS = 250;
/** Time to end after SIGTERM: Claude Code needs 0.14 s, its tools may need longer. */
const GRACE_MS = 5000;
/** Claude Code can stay up after its result for background commands; they are not waited for longer. */
const LINGER_MS = 15_000;
const POLL_MS = 1000;

/**
 * Starts the run, unless it was started before, and waits a moment for its end.
 * @throws AppError already_claimed, agent_missing, disk_low, and what `beginAttempt` and `prepareRun` throw
 */
export async function startAgent(context: HostContext, order: WorkOrder, go: AgentGo): Promise<StartedAgent> {
  const workspace = await openWorkspace(context, order);
  const directory = runDirectory(context.paths, order.task, order.attempt, go.step);
  const { task, batch, epoch, attempt } = order;
  // What was launched before is looked after however full the disk is.
  if ((await inspectRun(directory)).status === 'unclaimed')
    await assertDiskFree([context.paths.home, workspace.checkout]);
  failpoint('claim:before');
  const claim = acquireClaim(context.paths, claimKeyOf(order), {
    task,
    batch,
    epoch,
    attempt,
  });
  failpoint('claim:after');
  if (claim.result === 'done') return { status: 'ended', outcome: doneBefore(claim.sha), notes: [] };
  const { notes } = await beginAttempt(context, order, workspace);
  if ((await inspectRun(directory)).status === 'unclaimed') await launch(context, order, go, workspace, directory);
  const status = await waitForRun(directory, { timeoutMs: SHORT_RUN_MS });
  if (status.status !== 'exited')
    return { status: 'running', sessionId: readFacts(directory)?.sessionId ?? null, notes };
  return {
    status: 'ended',
    outcome: await conclude(context, order, workspace, directory, null, { exit: status.exit }),
    notes,
  };
}

/**
 * Watches the run until it ended by itself, stalled, or lingered after its result. `signal` ends the watch only.
 * @throws AppError run_not_found; the signal's reason
 */
export async function watchAgent(
  context: HostContext,
  order: WorkOrder,
  go: AgentGo,
  options: { signal: AbortSignal; onProgress: (progress: RunProgress) => void },
): Promise<AgentOutcome> {
  const workspace = await openWorkspace(context, order);
  const directory = runDirectory(context.paths, order.task, order.attempt, go.step);
  const parser = listening(order, parserFor(workspace, directory));
  let lastOutputMs: number | null = null;
  const end = await watchRun(directory, {
    onLines: (lines) => {
      for (const line of lines) parser.push(line.text);
    },
    onTick: ({ bytes, silentMs }) => {
      lastOutputMs = bytes > 0 ? context.clock.now() - silentMs : null;
      const progress = progressOf(context, go, parser, bytes, lastOutputMs);
      showProgress(directory, progress);
      options.onProgress(progress);
    },
    pollMs: POLL_MS,
    signal: options.signal,
    isFinal: () => parser.isFinal(),
    lingerAfterFinalMs: LINGER_MS,
    // A program may be silent as long as its time-out lets it.
    stallTimeoutMs: traitsOf(order.kind).runs === 'agent' ? workspace.settings.agent.stallTimeoutMs : null,
  });
  if (end.ended === 'exited') return await conclude(context, order, workspace, directory, parser, { exit: end.exit });
  if (end.ended === 'lost') return await conclude(context, order, workspace, directory, parser, { exit: null });
  const { status } = await terminateRun(directory, { graceMs: GRACE_MS });
  const exit = status.status === 'exited' ? status.exit : null;
  return await conclude(context, order, workspace, directory, null, { exit, stalled: end.ended === 'stalled' });
}

/** Ends everything of the attempt and of the batch's set-up, and says how the named run ended: always `terminated`. */
export async function endAgent(context: HostContext, order: WorkOrder, go: AgentGo): Promise<AgentOutcome> {
  for (const step of listSteps(context.paths, order.task, order.attempt)) {
    await terminateRun(runDirectory(context.paths, order.task, order.attempt, step), { graceMs: GRACE_MS });
  }
  await fence(runMarkerPrefix(context.installation, order.task));
  await fence(workspaceMarkerPrefix(context.installation, order.batch));
  const directory = runDirectory(context.paths, order.task, order.attempt, go.step);
  const status = await inspectRun(directory);
  if (readFacts(directory) === null) return endedBeforeItBegan();
  const workspace = await openWorkspace(context, order);
  const exit = status.status === 'exited' ? status.exit : null;
  const outcome = await outcomeOf(context, workspace, directory, await parseRun(workspace, directory), {
    exit,
    terminated: true,
  });
  return { ...outcome, verdict: { kind: 'terminated', message: 'Ended on request.' } };
}

async function launch(
  context: HostContext,
  order: WorkOrder,
  go: AgentGo,
  workspace: Workspace,
  directory: string,
): Promise<void> {
  if (go.step !== 'agent') await fence(runMarkerPrefix(context.installation, order.task));
  const { command, env, facts, cwd, timeoutMs } = await prepareRun(context, order, go, workspace);
  const program = await assertExecutable(command.argv[0], env['PATH'] ?? '');
  makePrivateDirectory(directory);
  await makeTemporaryDirectory(directory);
  writeJson(join(directory, RUN_FILES.order), order);
  writeByRename(join(directory, RUN_FILES.prompt), command.stdin);
  writeJson(join(directory, FACTS_FILE), facts);
  failpoint('order:written');
  await launchRun({
    dir: directory,
    marker: runMarker(context.installation, order.task, order.attempt, go.step),
    argv: await limited([program, ...command.argv.slice(1)], workspace.settings.resources),
    cwd,
    env,
    stdin: command.stdin,
    timeoutMs,
    graceMs: GRACE_MS,
  });
  failpoint('agent:launched');
}

/** What the agent left running ends with it. `parser` null: the output has to be read again, whole. */
async function conclude(
  context: HostContext,
  order: WorkOrder,
  workspace: Workspace,
  directory: string,
  parser: AgentParser | null,
  end: RunEnd,
): Promise<AgentOutcome> {
  failpoint('exit:seen');
  const { survivors } = await fence(runMarkerPrefix(context.installation, order.task));
  if (survivors.length > 0) {
    throw new AppError('run_lost', `${survivors.length} processes of the run cannot be ended.`, {
      details: { pids: survivors.map((each) => each.pid) },
    });
  }
  const known = parser ?? (await parseRun(workspace, directory));
  const found = await outcomeOf(context, workspace, directory, known, end);
  const outcome = asHandled(order, directory, await excused(context, workspace, found));
  await removeTemporaryDirectory(directory);
  await keepResult(context, order, directory, end.exit);
  await copyLog(context, order, workspace, directory);
  failpoint('exit:concluded');
  return outcome;
}

/** An agent that failed while there was less room than a task begins with is not to blame: no attempt is spent. */
async function excused(context: HostContext, workspace: Workspace, outcome: AgentOutcome): Promise<AgentOutcome> {
  if (outcome.verdict.kind !== 'failed') return outcome;
  const { message } = outcome.verdict;
  try {
    await assertDiskFree([context.paths.home, workspace.checkout]);
    return outcome;
  } catch (error) {
    if (!AppError.is(error, 'disk_low')) throw error;
    return { ...outcome, verdict: { kind: 'environment', message: `${error.message} The agent said: ${message}` } };
  }
}

/** For the eyes only: what cannot be shown for want of room is shown later, and the watch goes on. */
function showProgress(directory: string, progress: RunProgress): void {
  try {
    writeJson(join(directory, RUN_FILES.progress), progress);
  } catch (error) {
    if (errorCode(error) !== 'ENOSPC' && errorCode(error) !== 'EDQUOT') throw error;
  }
}

function progressOf(
  context: HostContext,
  go: AgentGo,
  parser: AgentParser,
  bytes: number,
  lastOutputMs: number | null,
): RunProgress {
  const { phase, turns, lastTool, tokens, costUsd } = parser.progress();
  return {
    phase,
    step: go.step,
    turns,
    lastTool: lastTool === null ? null : context.masker.maskText(lastTool),
    tokens,
    costUsd,
    logBytes: bytes,
    lastOutputAt: lastOutputMs === null ? null : new Date(lastOutputMs).toISOString(),
    updatedAt: new Date(context.clock.now()).toISOString(),
  };
}

/** The claim says that this very task was committed before: what follows finds that commit. */
function doneBefore(sha: string): AgentOutcome {
  return { verdict: { kind: 'succeeded', message: `Done before, as ${sha}.` }, figures: NO_FIGURES };
}

function endedBeforeItBegan(): AgentOutcome {
  return { verdict: { kind: 'terminated', message: 'Ended before it began.' }, figures: NO_FIGURES };
}

const NO_FIGURES = {
  sessionId: null,
  costUsd: null,
  tokens: null,
  turns: null,
  durationMs: 0,
  deniedTools: [],
} as const;
