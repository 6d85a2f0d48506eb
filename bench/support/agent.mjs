/**
 * The agent of the benchmarks: writes one file into the working tree, prints a result, ends. It reads nothing.
 *
 *   node agent.mjs [--log FILE] [--sleep MS[,MS...]]
 *
 * `--log` appends when it began and ended by its own clock, in milliseconds. Of several sleeps the n-th start that
 * the log knows takes the n-th, later ones the last.
 */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';

const began = performance.timeOrigin;
const args = process.argv.slice(2);
const valueOf = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
const log = valueOf('--log');
const sleeps = (valueOf('--sleep') ?? '0').split(',').map(Number);

let before = 0;
if (log !== undefined) {
  try {
    before = readFileSync(log, 'utf8').split('began').length - 1;
  } catch {
    before = 0;
  }
  appendFileSync(log, `began ${began}\n`);
  process.on('exit', () => appendFileSync(log, `ended ${Date.now()}\n`));
}
writeFileSync(`result-${process.pid}-${process.hrtime.bigint()}.txt`, 'done\n');
const ms = sleeps[Math.min(before, sleeps.length - 1)] ?? 0;
if (ms > 0) setTimeout(() => console.log('done'), ms);
else console.log('done');
