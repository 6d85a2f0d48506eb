/** The nemesis as a program, started by `scripts/faults.ts`: figures as one line of JSON, exit 1 if a promise was broken. */
import { argv, stderr, stdout } from 'node:process';
import { parseArgs } from 'node:util';
import { runNemesis } from './nemesis.ts';

const { values } = parseArgs({
  args: argv.slice(2),
  options: {
    minutes: { type: 'string', default: '2' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    batches: { type: 'string', default: '4' },
    tasks: { type: 'string', default: '25' },
  },
});
const seed = Number(values.seed);
stderr.write(`Nemesis: seed ${seed}, ${values.minutes} minutes\n`);
const startedAt = performance.now();
const figures = await runNemesis({
  seed,
  faultsMs: Number(values.minutes) * 60_000,
  batches: Number(values.batches),
  tasksPerBatch: Number(values.tasks),
  quietMs: 10 * 60_000,
  say: (text) => stderr.write(`${((performance.now() - startedAt) / 1000).toFixed(1)} s ${text}\n`),
});
stdout.write(`${JSON.stringify(figures)}\n`);
process.exitCode = figures.violations.length === 0 ? 0 : 1;
