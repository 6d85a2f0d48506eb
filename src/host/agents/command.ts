/** The adapter `command`: any program that reads the prompt from stdin; success is exit 0. */
import { AppError } from '../../contracts/errors.ts';
import type { AgentOutcome, AgentVerdict } from '../../contracts/outcome.ts';
import type { Settings } from '../../contracts/settings.ts';
import type { AgentAdapter, AgentEvent, AgentParser, AgentProgress, RunEvidence } from './adapter.ts';
import { abnormalVerdict, interventionVerdict } from './exit-verdict.ts';
import { lastLine, printable } from './printable.ts';

class LineParser implements AgentParser {
  #started = false;

  push(line: string): AgentEvent[] {
    this.#started = true;
    const text = printable(line, 2000);
    return text === '' ? [] : [{ type: 'text', text }];
  }

  isFinal(): boolean {
    return false;
  }

  progress(): AgentProgress {
    return { phase: this.#started ? 'thinking' : 'starting', turns: 0, lastTool: null, tokens: null, costUsd: null };
  }
}

/** Any argv; no session, no cost, no limits. */
export const command: AgentAdapter = {
  name: 'command',
  resume: 'none',
  accountKey: () => 'command',
  command: (request) => ({ argv: programOf(request.settings), env: {}, stdin: request.prompt }),
  parser: () => new LineParser(),
  outcome: commandOutcome,
  checks: () => ({ version: null, login: null, readLogin: () => ({ loggedIn: true, method: null }) }),
};

function programOf(settings: Settings): readonly [string, ...string[]] {
  const [program, ...rest] = settings.agent.command ?? [];
  if (program !== undefined) return [program, ...rest];
  throw new AppError('invalid_settings', 'The agent "command" needs agent.command: the program and its arguments.', {
    details: { key: 'agent.command' },
  });
}

function commandOutcome(evidence: RunEvidence): AgentOutcome {
  return {
    verdict: decide(evidence),
    figures: {
      sessionId: null,
      costUsd: null,
      tokens: null,
      turns: null,
      durationMs: Math.max(0, evidence.endedAtMs - evidence.startedAtMs),
      deniedTools: [],
    },
  };
}

function decide(evidence: RunEvidence): AgentVerdict {
  const { exit, stderrTail, stdoutTail } = evidence;
  if (exit.code === 0) return { kind: 'succeeded', message: lastLine(stdoutTail) ?? 'Done.' };
  const known = interventionVerdict(exit) ?? abnormalVerdict(evidence, 'The command');
  if (known !== null) return known;
  const tail = lastLine(stderrTail, 400) ?? lastLine(stdoutTail, 400);
  return {
    kind: 'failed',
    code: 'agent_error',
    message: `Exit ${exit.code ?? 'unknown'}${tail === null ? '.' : `: ${tail}`}`,
  };
}
