/** Pages for measuring. */
import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';
import type { WebStack } from '../../test/web/support/stack.ts';
import type { Figure } from './result.ts';

/** A page that is logged in, in a context of its own; the browser's cache is empty. */
export async function openPage(stack: WebStack, browser: Browser, path: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.goto(await stack.loginLink(path));
  await page.locator('.rail').waitFor();
  return page;
}

/** A number that an expression of the page gives. The page allows no evaluation; the debugger's is none of its own. */
export async function numberIn(page: Page, expression: string): Promise<number> {
  return z.number().parse(await page.evaluate(expression));
}

/**
 * Watches the page for texts that match and keeps, by the first group of each, when they were drawn first: milliseconds
 * since 1970 after the frame. Read with {@link drawnAt}.
 */
export async function watchTexts(page: Page, selector: string, pattern: RegExp): Promise<void> {
  await page.evaluate(`(() => {
    const seen = (window.__drawn = new Map());
    const pattern = new RegExp(${JSON.stringify(pattern.source)}, 'g');
    const root = document.querySelector(${JSON.stringify(selector)});
    const look = () => {
      const fresh = [...root.textContent.matchAll(pattern)].map(([, key]) => key).filter((key) => !seen.has(key));
      for (const key of fresh) seen.set(key, null);
      if (fresh.length > 0) requestAnimationFrame(() => setTimeout(() => {
        for (const key of fresh) seen.set(key, Date.now());
      }));
    };
    new MutationObserver(look).observe(root, { subtree: true, childList: true, characterData: true, attributes: true });
    look();
  })()`);
}

/** When the text of `key` was drawn, milliseconds since 1970; waits for it. */
export async function drawnAt(page: Page, key: string): Promise<number> {
  for (const deadline = performance.now() + WAIT_MS; performance.now() < deadline;) {
    const at = await page.evaluate(`window.__drawn.get(${JSON.stringify(key)}) ?? null`);
    if (typeof at === 'number') return at;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`${key} was not drawn.`);
}

const WAIT_MS = 30_000;
const POLL_MS = 20;

/** A figure of milliseconds with a target. */
export function milliseconds(metric: string, ours: number, atMost: number, rounds: readonly number[]): Figure {
  return { metric, unit: 'ms', ours, floor: null, target: { of: 'value', atMost }, rounds, floorRounds: [] };
}

/** Presses "Follow" of a log and notes when, in `window.__pressedAt`. */
export const PRESS_FOLLOW = `[...document.querySelectorAll('.log-tools button')].find((each) => each.textContent === 'Follow')
  .dispatchEvent((window.__pressedAt = Date.now(), new MouseEvent('click', { bubbles: true, detail: 0 })))`;

/** Bytes of the page's heap that are in use, after the garbage was collected. */
export async function heapBytes(page: Page): Promise<number> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('HeapProfiler.enable');
  await devtools.send('HeapProfiler.collectGarbage');
  return (await devtools.send('Runtime.getHeapUsage')).usedSize;
}
