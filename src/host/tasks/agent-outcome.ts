/** Reads how a run of the agent ended, from its directory. */
import { join } from 'node:path';
import type { AgentOutcome } from '../../contracts/outcome.ts';
import type { AgentExit, AgentParser } from '../agents/adapter.ts';
import { adapterFor } from '../agents/registry.ts';
import { workTree } from '../git/trees.ts';
import { AGENTS } from '../../contracts/vocabulary.ts';
import type { AgentName } from '../../contracts/vocabulary.ts';
import { RUN_FILES } from '../runs/run-directory.ts';
import type { RunExit } from '../runs/status.ts';
import { tailOf } from '../runs/tail-text.ts';
import { RunTail } from '../runs/tail.ts';
import { readFacts } from './agent-facts.ts';
import type { HostContext } from './host-context.ts';
import type { Workspace } from './workspace.ts';

const TAIL_BYTES = 8192;

/** How the process ended; what we had a hand in is said by whoever had it. */
export interface RunEnd {
  /** null: nobody knows. */
  readonly exit: RunExit | null;
  readonly stalled?: boolean;
  /** We ended it on request. */
  readonly terminated?: boolean;
}

/** A parser for the run in `directory`, before its first line. */
export function parserFor(workspace: Workspace, directory: string): AgentParser {
  const facts = readFacts(directory);
  return adapterFor(programOf(workspace, directory)).parser({
    priorCostUsd: facts?.priorCostUsd ?? 0,
    isResumed: facts?.isResumed ?? false,
  });
}

/** Feeds the whole stdout of an ended run into a new parser. */
export async function parseRun(workspace: Workspace, directory: string): Promise<AgentParser> {
  const parser = parserFor(workspace, directory);
  const tail = new RunTail(join(directory, RUN_FILES.stdout));
  try {
    for (let more = true; more;) {
      const read = await tail.read();
      for (const line of read.lines) parser.push(line.text);
      more = read.more;
    }
    const rest = tail.flush();
    if (rest !== null) parser.push(rest.text);
  } finally {
    await tail.close();
  }
  return parser;
}

/** The outcome of a run whose whole stdout was fed to `parser`. Messages and denied calls are masked. */
export async function outcomeOf(
  context: HostContext,
  workspace: Workspace,
  directory: string,
  parser: AgentParser,
  end: RunEnd,
): Promise<AgentOutcome> {
  const [stdoutTail, stderrTail] = await Promise.all([
    tailOf(directory, RUN_FILES.stdout, TAIL_BYTES),
    tailOf(directory, RUN_FILES.stderr, TAIL_BYTES),
  ]);
  const nowMs = context.clock.now();
  const outcome = adapterFor(programOf(workspace, directory)).outcome({
    parser,
    exit: toAgentExit(end),
    stderrTail,
    stdoutTail,
    startedAtMs: end.exit?.startedAt ?? nowMs,
    endedAtMs: end.exit?.endedAt ?? nowMs,
  });
  const { verdict, figures, extraUsage } = outcome;
  const sessionId = figures.sessionId ?? readFacts(directory)?.sessionId ?? null;
  const masked = {
    ...(extraUsage === undefined ? {} : { extraUsage }),
    verdict: { ...verdict, message: context.masker.maskText(verdict.message) },
    figures: { ...figures, sessionId, deniedTools: figures.deniedTools.map((tool) => context.masker.maskText(tool)) },
  };
  if (verdict.kind !== 'out_of_turns') return masked;
  return { ...masked, tree: await workTree(workspace.directory).catch(() => null) };
}

function toAgentExit({ exit, stalled = false, terminated = false }: RunEnd): AgentExit {
  return {
    code: exit?.code ?? null,
    signal: exit?.signal ?? null,
    timedOut: exit?.timedOut === true,
    terminated: terminated || (exit?.terminated === true && !stalled && !exit.timedOut),
    lost: exit === null && !stalled && !terminated,
    stalled,
  };
}

/** Who writes the output: the run's own facts say so, because a kind may run something else than the agent. */
function programOf(workspace: Workspace, directory: string): AgentName {
  const said = readFacts(directory)?.agent;
  return AGENTS.find((name) => name === said) ?? workspace.settings.agent.name;
}
