/** How long Prometheus waits for its answer when the installation has ten thousand tasks. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchOptions } from './run.ts';
import { fillStore } from './support/filled-store.ts';
import { median, percentile } from './support/numbers.ts';
import type { BenchResult, Figure } from './support/result.ts';
import { startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

const TASKS = 10_000;
const SCRAPES = 200;
const TARGET_MS = 20;

/** Half of the tasks have ended, half wait. */
export async function metrics(options: BenchOptions): Promise<BenchResult> {
  const stack = await startStack('metrics');
  try {
    const half = Math.max(1000, Math.round((options.tasks ?? TASKS) / 2000) * 1000);
    await fillStore(join(stack.home, 'nightloom.db'), { ended: half, waiting: half });
    const scrape = await scraper(stack);
    const first = await scrape();
    if (!first.text.includes(`outcome="completed"} ${half}`)) throw new Error(`not counted:\n${first.text}`);
    const rounds: number[] = [];
    for (let round = 0; round < (options.rounds ?? SCRAPES); round += 1) rounds.push((await scrape()).ms);
    const target = { of: 'value', atMost: TARGET_MS } as const;
    return {
      name: 'metrics',
      figures: [
        figureOf(`scrape with ${half * 2} tasks, median`, [...rounds], median(rounds), target),
        figureOf('scrape, p99', [...rounds], percentile(rounds, 99), null),
        figureOf(`the one that counts ${half} new ends`, [first.ms], first.ms, null),
      ],
      notes: [`Over HTTP; an answer has ${Math.round(first.text.length / 1024)} KB.`],
    };
  } finally {
    await stack.stop();
  }
}

function figureOf(metric: string, rounds: number[], ours: number, target: Figure['target']): Figure {
  return { metric, unit: 'ms', ours, floor: null, target, rounds, floorRounds: [] };
}

async function scraper(stack: Stack): Promise<() => Promise<{ ms: number; text: string }>> {
  const { url } = await stack.status();
  const authorization = `Bearer ${(await readFile(join(stack.home, 'token'), 'utf8')).trim()}`;
  return async () => {
    const askedMs = performance.now();
    const text = await (await fetch(`${url}/metrics`, { headers: { authorization } })).text();
    return { ms: performance.now() - askedMs, text };
  };
}
