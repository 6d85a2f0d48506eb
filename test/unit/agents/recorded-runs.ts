/** Recorded output of real command lines against a stand-in of their API. Only paths and ports were replaced. */
import { readFileSync } from 'node:fs';
import type { AgentOutcome } from '../../../src/contracts/outcome.ts';
import type { AgentAdapter, AgentEvent, AgentExit, ParserOptions } from '../../../src/host/agents/adapter.ts';
import { exited } from './recorded.ts';
import type { RecordedRun } from './recorded.ts';

/** How a recorded run is judged anew. */
export interface Judging {
  readonly exit?: Partial<AgentExit>;
  readonly parser?: ParserOptions;
  /** When it ended; by default a moment at which nothing is due. */
  readonly endedAtMs?: number;
}

/** The runs of one agent. */
export class Recordings {
  readonly names: readonly string[];
  readonly #adapter: AgentAdapter;
  readonly #runs: ReadonlyMap<string, RecordedRun>;

  constructor(adapter: AgentAdapter, file: string) {
    const text = readFileSync(new URL(`../../fixtures/agents/${file}`, import.meta.url), 'utf8');
    const runs: RecordedRun[] = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    this.#adapter = adapter;
    this.#runs = new Map(runs.map((run) => [run.name, run]));
    this.names = [...this.#runs.keys()];
  }

  run(name: string): RecordedRun {
    const run = this.#runs.get(name);
    if (run === undefined) throw new Error(`No recorded run "${name}".`);
    return run;
  }

  events(name: string): AgentEvent[] {
    const parser = this.#adapter.parser();
    return this.run(name).lines.flatMap((line) => parser.push(line));
  }

  judge(
    name: string,
    { exit = {}, parser: options, endedAtMs = Date.UTC(2026, 10, 29, 8) }: Judging = {},
  ): AgentOutcome {
    const { code, signal, stderr, lines } = this.run(name);
    const parser = this.#adapter.parser(options);
    for (const line of lines) parser.push(line);
    return this.#adapter.outcome({
      parser,
      exit: exited(code, { signal, ...exit }),
      stderrTail: stderr,
      stdoutTail: lines.slice(-5).join('\n'),
      startedAtMs: endedAtMs - 5000,
      endedAtMs,
    });
  }
}
