/** How soon the dashboard is there, and how soon a change is seen. */
import type { Browser } from 'playwright-core';
import type { WebStack } from '../../test/web/support/stack.ts';
import { drawnAt, milliseconds, numberIn, openPage, watchTexts } from './browser-page.ts';
import { median, percentile } from './numbers.ts';
import type { Figure } from './result.ts';

const CHANGES = 30;

/** See above. */
export async function loadFigures(stack: WebStack, browser: Browser, rounds: number): Promise<Figure[]> {
  const plain = await loads(stack, browser, rounds, 1);
  const slow = await loads(stack, browser, rounds, 4);
  const changes = await changeTimes(stack, browser);
  return [
    milliseconds('first contentful paint', median(plain.paint), 500, plain.paint),
    milliseconds('usable: the queues of tonight can be worked with', median(plain.usable), 1000, plain.usable),
    milliseconds('usable, processor slowed to a quarter', median(slow.usable), 2500, slow.usable),
    milliseconds('a change is answered until it is drawn, p95', percentile(changes, 95), 1000, changes),
  ];
}

async function loads(stack: WebStack, browser: Browser, rounds: number, slowdown: number) {
  const paint: number[] = [];
  const usable: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const page = await openPage(stack, browser, '/nowhere');
    const devtools = await page.context().newCDPSession(page);
    // As a browser that was never here: only the cookie is there.
    await devtools.send('Network.clearBrowserCache');
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
    await page.addInitScript(USABLE);
    await page.goto(`${stack.url}/`);
    usable.push(await numberIn(page, 'window.__usable'));
    paint.push(await numberIn(page, PAINT));
    await page.context().close();
  }
  return { paint, usable };
}

/** Told when the frame has been shown, which may be after the rows came. */
const PAINT = `new Promise((resolve) => new PerformanceObserver((list) => {
  const [paint] = list.getEntriesByName('first-contentful-paint');
  if (paint !== undefined) resolve(paint.startTime);
}).observe({ type: 'paint', buffered: true }))`;

/** The first row that can be chosen and dragged: the frame after it came. Asking from outside would wait in steps. */
const USABLE = `window.__usable = new Promise((resolve) => {
  new MutationObserver((_, observer) => {
    if (document.querySelector('.queue-row') === null) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
  }).observe(document, { subtree: true, childList: true });
})`;

/** A batch is made, again and again: its answer begins the time, its column ends it. */
async function changeTimes(stack: WebStack, browser: Browser): Promise<number[]> {
  const project = await stack.project('changes', { one: 'write 1.txt 1', two: 'write 2.txt 2' });
  const times: number[] = [];
  const page = await openPage(stack, browser, '/');
  for (let round = 0; round < CHANGES; round += 1) {
    const name = `Change ${round} seen`;
    await watchTexts(page, '#root', /Change (\d+) seen/);
    const batch = await stack.batch(name, project, ['one'], false);
    const answeredAt = Date.now();
    times.push(Math.max(0, (await drawnAt(page, `${round}`)) - answeredAt));
    await stack.client.call('deleteBatch', { params: { id: batch.id } });
  }
  await page.context().close();
  return times;
}
