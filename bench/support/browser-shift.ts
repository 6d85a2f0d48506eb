/** How far a screen moves by itself while answers come late and one after the other: Google's cumulative layout shift. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import type { Night } from '../../test/web/support/night.ts';
import { SCREENS } from '../../test/web/support/screen-list.ts';
import type { WebStack } from '../../test/web/support/stack.ts';
import { WIDTHS } from '../../test/web/support/watch.ts';
import type { Width } from '../../test/web/support/watch.ts';
import { numberIn, openPage } from './browser-page.ts';
import type { Figure } from './result.ts';

/** Between these an answer is held back, in an order that is the same in every run. */
const LATE_MS = [100, 700, 300, 900, 200, 500, 1000, 400] as const;
/** The last answer has come, and been drawn, by then. */
const SETTLE_MS = 1500;
/** "Good" by the same definition is 0.1. */
const AT_MOST = 0.05;

/** The worst screen at each width. */
export async function shiftFigures(stack: WebStack, browser: Browser, night: Night): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const width of ['wide', 'narrow'] as const) figures.push(await worstScreen(stack, browser, night, width));
  return figures;
}

async function worstScreen(stack: WebStack, browser: Browser, night: Night, width: Width): Promise<Figure> {
  const page = await openPage(stack, browser, '/nowhere');
  await page.setViewportSize(WIDTHS[width]);
  await page.addInitScript(COLLECT);
  await answerLate(page);
  const found: { readonly name: string; readonly shift: number }[] = [];
  for (const [name, place] of Object.entries(SCREENS)) {
    const [path, text] = place(night);
    await page.goto(`${stack.url}${path}`);
    await page.getByText(text).first().waitFor();
    await sleep(SETTLE_MS);
    found.push({ name, shift: await numberIn(page, 'window.__shift') });
  }
  await page.context().close();
  const sorted = found.toSorted((a, b) => b.shift - a.shift);
  return {
    metric: `layout shift while answers are late, ${width}, worst screen (${sorted[0]?.name})`,
    unit: '',
    ours: sorted[0]?.shift ?? Number.NaN,
    floor: null,
    target: { of: 'value', atMost: AT_MOST },
    rounds: sorted.map(({ shift }) => shift),
    floorRounds: [],
  };
}

async function answerLate(page: Page): Promise<void> {
  let count = 0;
  await page.route('**/api/**', async (route) => {
    count += 1;
    await sleep(LATE_MS[count % LATE_MS.length]);
    await route.continue();
  });
}

/** Shifts that follow a key or a click are wanted. */
const COLLECT = `window.__shift = 0; new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.__shift += entry.value;
}).observe({ type: 'layout-shift', buffered: true })`;
