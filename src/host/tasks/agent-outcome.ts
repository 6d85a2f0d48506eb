/** Reads how a run of the agent ended, from its directory. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { AgentOutcome } from '../../contracts/outcome.ts';
import type { AgentExit, AgentParser } from '../agents/adapter.ts';
import { adapterFor } from '../agents/registry.ts';
import { workTree } from '../git/trees.ts';
import { RUN_FILES } from '../runs/run-directory.ts';
import type { RunExit } from '../runs/status.ts';
import { RunTail } from '../runs/tail.ts';
import { readFacts } from './agent-request.ts';
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
  const prior = readFacts(directory)?.priorCostUsd ?? 0;
  return adapterFor(workspace.settings.agent.name).parser({ priorCostUsd: prior });
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
    tailOf(directory, RUN_FILES.stdout),
    tailOf(directory, RUN_FILES.stderr),
  ]);
  const nowMs = context.clock.now();
  const outcome = adapterFor(workspace.settings.agent.name).outcome({
    parser,
    exit: toAgentExit(end),
    stderrTail,
    stdoutTail,
    startedAtMs: end.exit?.startedAt ?? nowMs,
    endedAtMs: end.exit?.endedAt ?? nowMs,
  });
  const { verdict, figures } = outcome;
  const sessionId = figures.sessionId ?? readFacts(directory)?.sessionId ?? null;
  const masked = {
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

async function tailOf(directory: string, name: string): Promise<string> {
  const handle = await open(join(directory, name), 'r').catch(() => null);
  if (handle === null) return '';
  try {
    const { size } = await handle.stat();
    const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
    await handle.read(buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString('utf8');
  } finally {
    await handle.close();
  }
}
