/**
 * `npm run test:soak -- [nemesis|moves|tasks|idle]...`: what takes too long for every change. Each part prints its figures
 * as one line of JSON; exit 1 when a promise or a bound did not hold. Without names: all parts, about an hour.
 */
import { argv, stderr, stdout } from 'node:process';
import { parseArgs } from 'node:util';
import { runNemesis } from '../test/faults/nemesis.ts';
import { idleBatches } from '../test/soak/idle-batches.ts';
import { manyTasks } from '../test/soak/many-tasks.ts';
import { moves } from '../test/soak/moves.ts';
import type { SoakOptions, SoakPart } from '../test/soak/soak-part.ts';

const NEMESIS_MINUTES = 20;

const PARTS: Readonly<Record<string, SoakPart>> = {
  nemesis: async ({ minutes, seed, say }) => {
    const faultsMs = (minutes ?? NEMESIS_MINUTES) * 60_000;
    const { violations, ...figures } = await runNemesis({
      seed,
      faultsMs,
      batches: 4,
      tasksPerBatch: 25,
      quietMs: 10 * 60_000,
      say,
    });
    return { figures: { ...figures }, violations: violations.map(({ promise, text }) => `${promise} ${text}`) };
  },
  moves,
  tasks: manyTasks,
  idle: idleBatches,
};

const HELP = `npm run test:soak -- [${Object.keys(PARTS).join('|')}]... [--minutes 20] [--moves 200] [--tasks N] [--batches 1000] [--seed N]

  nemesis  kills, commands and locks at random (--minutes)
  moves    tasks handed to and fro between two batches that continue as new (--moves, --tasks per batch: 150)
  tasks    one long batch: neither slower nor larger at its end (--tasks: 10,000)
  idle     many batches that wait: the list and the next start stay quick (--batches)
`;

const { values, positionals } = parseArgs({
  args: argv.slice(2),
  allowPositionals: true,
  options: {
    minutes: { type: 'string' },
    moves: { type: 'string' },
    tasks: { type: 'string' },
    batches: { type: 'string' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const unknown = positionals.filter((name) => !(name in PARTS));
if (values.help || unknown.length > 0) {
  stderr.write(HELP);
  process.exitCode = values.help ? 0 : 2;
} else process.exitCode = await runAll(positionals.length === 0 ? Object.keys(PARTS) : positionals);

async function runAll(names: readonly string[]): Promise<number> {
  let isGood = true;
  for (const name of names) {
    const part = PARTS[name];
    if (part === undefined) continue;
    stderr.write(`\n## ${name} (seed ${values.seed})\n`);
    const startedMs = performance.now();
    const say: SoakOptions['say'] = (text) => {
      stderr.write(`${((performance.now() - startedMs) / 1000).toFixed(1)} s ${text}\n`);
    };
    const result = await part({
      minutes: numberOf(values.minutes),
      moves: numberOf(values.moves),
      tasks: numberOf(values.tasks),
      batches: numberOf(values.batches),
      seed: Number(values.seed),
      say,
    });
    stdout.write(`${JSON.stringify({ part: name, at: new Date().toISOString(), ...result })}\n`);
    isGood &&= result.violations.length === 0;
  }
  return isGood ? 0 : 1;
}

function numberOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (!(value > 0)) throw new Error(`Not a number above 0: ${text}`);
  return value;
}
