/**
 * `npm run test:faults -- --minutes N`: the fault tests again and again until N minutes are over (default 2), at least
 * once. Ends at the first failure.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { argv, execPath, exit, stderr } from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Without any fault test a round takes a second: it ends all the same. */
const MAX_ROUNDS = 50;
const VITEST = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));

async function runOnce(): Promise<number> {
  const args = [VITEST, 'run', '--project', 'faults', '--passWithNoTests'];
  const child = spawn(execPath, args, { cwd: ROOT, stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  return typeof code === 'number' ? code : 1;
}

const { values } = parseArgs({ args: argv.slice(2), options: { minutes: { type: 'string', default: '2' } } });
const minutes = Number(values.minutes);
if (!Number.isFinite(minutes) || minutes < 0) {
  stderr.write(`--minutes ${values.minutes} is not a number of minutes.\n`);
  exit(2);
}

const startedAt = performance.now();
const isTimeLeft = (rounds: number): boolean => {
  const passedMs = performance.now() - startedAt;
  // Another round only if it fits, going by the ones before.
  return passedMs + passedMs / rounds <= minutes * 60_000;
};

let rounds = 0;
let code: number;
do {
  code = await runOnce();
  rounds += 1;
} while (code === 0 && rounds < MAX_ROUNDS && isTimeLeft(rounds));
stderr.write(`${rounds} rounds of fault tests in ${Math.round((performance.now() - startedAt) / 1000)} s.\n`);
exit(code);
