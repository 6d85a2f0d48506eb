/** A batch of ten thousand tasks, scrolled. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { z } from 'zod';
import type { WebStack } from '../../test/web/support/stack.ts';
import { milliseconds, openPage } from './browser-page.ts';
import { median, percentile } from './numbers.ts';
import type { Figure } from './result.ts';

const FRAMES = 240;
const SETTLE_MS = 2000;
/** A quick hand on a wheel. */
const STEP_PX = 180;
/** 55 frames in a second, rounded. */
const MAX_FRAME_MS = 18.2;

/** Frame times while the list of `count` tasks moves, all the way down. */
export async function listFigures(stack: WebStack, browser: Browser, count: number): Promise<Figure[]> {
  const names = Array.from({ length: count }, (_, at) => `task-${String(at).padStart(5, '0')}`);
  const project = await stack.project('long', Object.fromEntries(names.map((name) => [name, 'write a.txt A'])));
  const batch = await stack.batch('A long batch', project, names, false);
  const page = await openPage(stack, browser, `/batches/${batch.id}`);
  await page.locator('.timeline-row').first().waitFor();
  // The answers of the first load are there then: this is about scrolling.
  await sleep(SETTLE_MS);
  const frames = z.array(z.number()).parse(await page.evaluate(SCROLL));
  await page
    .getByText(/task-00\d{3}/)
    .first()
    .waitFor();
  await page.context().close();
  return [
    milliseconds(`frame while scrolling ${count} tasks, mean`, mean(frames), MAX_FRAME_MS, frames),
    { ...milliseconds(`frame while scrolling ${count} tasks, p95`, percentile(frames, 95), 0, frames), target: null },
    { ...milliseconds(`frame while scrolling ${count} tasks, median`, median(frames), 0, frames), target: null },
  ];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

const SCROLL = `new Promise((resolve) => {
  const frames = [];
  let last = 0;
  const step = (now) => {
    if (last > 0) frames.push(now - last);
    last = now;
    window.scrollBy(0, ${STEP_PX});
    if (frames.length < ${FRAMES}) requestAnimationFrame(step);
    else resolve(frames);
  };
  requestAnimationFrame(step);
})`;
