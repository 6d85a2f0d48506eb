/** Recorded output of Claude Code 2.1.329, as lines. Only paths, and lists of the first event, were shortened. */
import { readFileSync } from 'node:fs';
import type { AgentOutcome } from '../../../src/contracts/outcome.ts';
import type { AgentExit, ParserOptions } from '../../../src/host/agents/adapter.ts';
import { claude } from '../../../src/host/agents/claude.ts';

/** A whole run. */
export interface RecordedRun {
  readonly name: string;
  readonly code: number | null;
  readonly signal: string | null;
  readonly stderr: string;
  readonly lines: readonly string[];
}

const folder = new URL('../../fixtures/agents/', import.meta.url);
const runs: RecordedRun[] = jsonLines('claude-runs.jsonl').map((line) => JSON.parse(line));
const events: { kind: string; event: object }[] = jsonLines('claude-events.jsonl').map((line) => JSON.parse(line));

function jsonLines(file: string): string[] {
  return readFileSync(new URL(file, folder), 'utf8').trim().split('\n');
}

/** The run of that name. */
export function recordedRun(name: string): RecordedRun {
  const run = runs.find((candidate) => candidate.name === name);
  if (run === undefined) throw new Error(`No recorded run "${name}".`);
  return run;
}

/** The event of that kind as its line. */
export function recordedLine(kind: string): string {
  const found = events.find((candidate) => candidate.kind === kind);
  if (found === undefined) throw new Error(`No recorded event "${kind}".`);
  return JSON.stringify(found.event);
}

/** A process that ended by itself with that code. */
export function exited(code: number | null, more: Partial<AgentExit> = {}): AgentExit {
  return { code, signal: null, timedOut: false, terminated: false, lost: false, stalled: false, ...more };
}

/** Claude's verdict and figures over these lines. */
export function judge(
  lines: readonly string[],
  exit: AgentExit = exited(1),
  more: { stderr?: string; parser?: ParserOptions; endedAtMs?: number } = {},
): AgentOutcome {
  const parser = claude.parser(more.parser);
  for (const line of lines) parser.push(line);
  const endedAtMs = more.endedAtMs ?? Date.parse('2026-11-21T12:00:00Z');
  return claude.outcome({
    parser,
    exit,
    stderrTail: more.stderr ?? '',
    stdoutTail: '',
    startedAtMs: endedAtMs - 5000,
    endedAtMs,
  });
}

/** The same for a recorded run, with its own exit. */
export function judgeRun(name: string, more: { exit?: Partial<AgentExit>; parser?: ParserOptions } = {}): AgentOutcome {
  const run = recordedRun(name);
  const exit = exited(run.code, { signal: run.signal, ...more.exit });
  return judge(run.lines, exit, { stderr: run.stderr, ...(more.parser === undefined ? {} : { parser: more.parser }) });
}
