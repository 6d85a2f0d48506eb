/**
 * `npm run test:faults -- --minutes N`: all fault tests once, then the random nemesis for N minutes (default 2) and the
 * quiet time until its batches have ended. `--seed` repeats a sequence of faults; `--nemesis-only` leaves the tests out.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { argv, execPath, exit, stderr } from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const VITEST = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const NEMESIS = fileURLToPath(new URL('../test/faults/nemesis-child.ts', import.meta.url));

async function run(args: readonly string[]): Promise<number> {
  const child = spawn(execPath, args, { cwd: ROOT, stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  return typeof code === 'number' ? code : 1;
}

const { values } = parseArgs({
  args: argv.slice(2),
  options: {
    minutes: { type: 'string', default: '2' },
    seed: { type: 'string' },
    'nemesis-only': { type: 'boolean', default: false },
  },
});
const minutes = Number(values.minutes);
if (!Number.isFinite(minutes) || minutes < 0) {
  stderr.write(`--minutes ${values.minutes} is not a number of minutes.\n`);
  exit(2);
}

const tests = values['nemesis-only'] ? 0 : await run([VITEST, 'run', '--project', 'faults']);
const seed = values.seed === undefined ? [] : ['--seed', values.seed];
const nemesis = minutes === 0 ? 0 : await run([NEMESIS, '--minutes', String(minutes), ...seed]);
exit(tests === 0 ? nemesis : tests);
