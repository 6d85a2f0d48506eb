/** `npm run bench [name...]`: measures the real stack, prints tables, keeps JSON in `bench/results`. See `--help`. */
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { api } from './api.ts';
import { big } from './big.ts';
import { browser } from './browser.ts';
import { commands } from './commands.ts';
import { events } from './events.ts';
import { gap } from './gap.ts';
import { history } from './history.ts';
import { memory } from './memory.ts';
import { kinds } from './kinds.ts';
import { log } from './log.ts';
import { longAgent, overhead } from './overhead.ts';
import { metrics } from './metrics.ts';
import { parallel } from './parallel.ts';
import { recovery } from './recovery.ts';
import { replays } from './replays.ts';
import { restarts } from './restarts.ts';
import { startup } from './startup.ts';
import { ROOT } from './support/place.ts';
import { isMet, keepResult, tableOf } from './support/result.ts';
import type { BenchResult } from './support/result.ts';
import { waiting } from './waiting.ts';

/** What the command line says. */
export interface BenchOptions {
  /** null: the benchmark's own number. */
  readonly rounds: number | null;
  readonly tasks: number | null;
  /** Length of the agent in `long`; null: half a minute. */
  readonly agentSeconds: number | null;
}

const BENCHES: Readonly<Record<string, (options: BenchOptions) => Promise<BenchResult>>> = {
  overhead,
  long: longAgent,
  gap,
  history,
  memory,
  metrics,
  startup,
  recovery,
  restarts,
  replays,
  commands,
  parallel,
  kinds,
  waiting,
  api,
  events,
  big,
  browser,
  log,
};

/** Too long for every run. */
const ONLY_WHEN_NAMED: ReadonlySet<string> = new Set(['long']);

const HELP = `npm run bench -- [${Object.keys(BENCHES).join('|')}]... [--agent-seconds 30] [--rounds N] [--tasks N]

  --agent-seconds  how long the agent of the benchmark "long" takes, which runs only when it is named (2 minutes)
  --rounds         more or fewer rounds than the benchmark's own number
  --tasks          more or fewer tasks per batch
`;

// A reader that goes away (`| head`) must not end the measuring: the results are kept in files.
process.stdout.on('error', () => undefined);
process.on('SIGINT', () => process.exit(130));
process.on('SIGTERM', () => process.exit(143));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'agent-seconds': { type: 'string' },
    rounds: { type: 'string' },
    tasks: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const unknown = positionals.filter((name) => !(name in BENCHES));
if (values.help || unknown.length > 0) {
  process.stderr.write(HELP);
  process.exitCode = values.help ? 0 : 2;
} else {
  const all = Object.keys(BENCHES).filter((name) => !ONLY_WHEN_NAMED.has(name));
  process.exitCode = await runAll(positionals.length === 0 ? all : positionals, {
    rounds: numberOf(values.rounds),
    tasks: numberOf(values.tasks),
    agentSeconds: numberOf(values['agent-seconds']),
  });
}

function numberOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (!(value > 0)) throw new Error(`Not a number above 0: ${text}`);
  return value;
}

/** One that fails does not keep the others from being measured. Exit 1: a target was missed or a benchmark failed. */
async function runAll(names: readonly string[], options: BenchOptions): Promise<number> {
  let isGood = true;
  for (const name of names) {
    const before = loadavg()[0] ?? 0;
    const startedAt = performance.now();
    try {
      const result = await BENCHES[name]?.(options);
      if (result === undefined) continue;
      const seconds = Math.round((performance.now() - startedAt) / 1000);
      const load = `load ${before.toFixed(1)} before, ${(loadavg()[0] ?? 0).toFixed(1)} after`;
      process.stdout.write(`\n## ${name} (${seconds} s, ${load})\n\n${tableOf(result)}\n`);
      for (const note of result.notes) process.stdout.write(`${note}\n`);
      await keepResult(join(ROOT, 'bench', 'results'), result);
      isGood &&= result.figures.every(isMet);
    } catch (error) {
      isGood = false;
      const said = error instanceof Error ? (error.stack ?? error.message) : String(error);
      process.stderr.write(`\n## ${name} failed\n${said}\n`);
    }
  }
  return isGood ? 0 : 1;
}
