/** What people see: the dashboard in a real browser, on the real stack. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../test/web/support/browser.ts';
import { makeNight } from '../test/web/support/night.ts';
import { startWebStack } from '../test/web/support/stack.ts';
import type { WebStack } from '../test/web/support/stack.ts';
import type { BenchOptions } from './run.ts';
import { listFigures } from './support/browser-list.ts';
import { loadFigures } from './support/browser-load.ts';
import { logFigures } from './support/browser-log.ts';
import { shiftFigures } from './support/browser-shift.ts';
import { ROOT } from './support/place.ts';
import type { BenchResult, Figure } from './support/result.ts';

/** First load, changes on screen, what moves by itself, logs and long lists. */
export async function browser(options: BenchOptions): Promise<BenchResult> {
  await using cleanup = new AsyncDisposableStack();
  const stack = await startWebStack(null);
  cleanup.defer(() => stack.close());
  const chromium = await launchBrowser();
  cleanup.defer(() => chromium.close());
  const figures = [await firstLoad(), ...(await measured(stack, chromium, options))];
  return {
    name: 'browser',
    figures,
    notes: [
      'Chromium without a graphics card: frames are drawn by the processor that also runs the stack.',
      'Times are from the clock of the machine: written or answered, until the frame after the change in the page.',
    ],
  };
}

async function measured(stack: WebStack, chromium: Browser, options: BenchOptions): Promise<Figure[]> {
  const night = await makeNight(stack);
  return [
    ...(await loadFigures(stack, chromium, options.rounds ?? 5)),
    ...(await shiftFigures(stack, chromium, night)),
    ...(await logFigures(stack, chromium, night.runningTask, options.rounds ?? 5)),
    ...(await listFigures(stack, chromium, options.tasks ?? 10_000)),
  ];
}

/** What `npm run build:web` prints, measured from what is served. */
async function firstLoad(): Promise<Figure> {
  const dist = join(ROOT, 'web', 'dist');
  const page = await readFile(join(dist, 'index.html'), 'utf8');
  const files = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].flatMap(([, file]) => file ?? []);
  const sizes = await Promise.all(files.map(async (file) => gzipSync(await readFile(join(dist, file))).length / 1000));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return {
    metric: 'JavaScript of the first screen, gzip',
    unit: 'KB',
    ours: total,
    floor: null,
    target: { of: 'value', atMost: 220 },
    rounds: [total],
    floorRounds: [],
  };
}
