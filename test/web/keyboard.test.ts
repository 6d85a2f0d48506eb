/** What axe cannot see: where the focus is and comes back to, what is said, motion, zoom, and several tabs. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { launchBrowser } from './support/browser.ts';
import { startWebStack } from './support/stack.ts';
import type { WebStack } from './support/stack.ts';
import { openPage, overflowPx } from './support/watch.ts';

let stack: WebStack;
let browser: Browser;
beforeAll(async () => {
  [stack, browser] = await Promise.all([startWebStack(inject('temporalAddress')), launchBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await stack.close();
});

const focused = async (page: Page): Promise<string> =>
  String(
    await page.evaluate(
      `(({ ariaLabel, textContent, id }) => ariaLabel ?? (id === 'main' ? 'main' : textContent.trim()))(document.activeElement)`,
    ),
  );

it('walks from the first Tab through the places, menus and dialogs, and comes back', async () => {
  const project = await stack.project('walk', { one: 'write 1.txt 1', two: 'write 2.txt 2' });
  const batch = await stack.batch('Walk', project, ['one', 'two'], false);
  const { page, mistakes } = await openPage(browser, 'wide');
  await page.goto(await stack.loginLink('/projects'));
  await page.getByRole('link', { name: 'walk' }).waitFor();
  await page.keyboard.press('Tab');
  expect(await focused(page)).toBe('Skip to the content');
  await page.keyboard.press('Enter');
  await expect.poll(() => focused(page)).toBe('main');
  await page.goto(`${stack.url}/batches/${batch.id}`);
  const more = page.getByRole('button', { name: 'More actions for Walk' });
  await more.focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => focused(page)).toContain('Move tasks');
  await page.keyboard.press('Escape');
  await expect.poll(() => focused(page)).toBe('More actions for Walk');
  await page.keyboard.press('Enter');
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await page.getByRole('alertdialog').waitFor();
  // The focus cannot leave the dialog.
  for (let at = 0; at < 5; at += 1) await page.keyboard.press('Tab');
  expect(await page.evaluate(`document.activeElement.closest('[role=alertdialog]') !== null`)).toBe(true);
  await page.keyboard.press('Escape');
  await page.getByRole('alertdialog').waitFor({ state: 'detached' });
  await expect.poll(() => focused(page)).toBe('More actions for Walk');
  await page.keyboard.press('j');
  await expect.poll(() => focused(page)).toBe('one');
  await page.keyboard.press('j');
  await expect.poll(() => focused(page)).toBe('two');
  await page.keyboard.press('g');
  await page.keyboard.press('t');
  await page.getByRole('heading', { level: 1, name: 'Tonight' }).waitFor();
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').getByRole('searchbox').fill('report');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Morning report' }).waitFor();
  expect(mistakes).toEqual([]);
  await page.context().close();
});

it('says in a live region what came of a command, and turns single keys off', async () => {
  const project = await stack.project('said', { one: 'write 1.txt 1' });
  const batch = await stack.batch('Said', project, ['one'], false);
  const { page } = await openPage(browser, 'wide');
  await page.goto(await stack.loginLink(`/batches/${batch.id}`));
  await page.getByRole('button', { name: 'Start' }).click();
  await page.getByRole('status').getByText('Said:').first().waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog').getByText('Single keys are shortcuts').click();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('g');
  await page.keyboard.press('r');
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').waitFor();
  expect(page.url()).toContain(batch.id);
  await page.context().close();
});

it('holds still where motion is not wanted, and holds at 200 % and with wide text', async () => {
  const project = await stack.project('still', { slow: 'sleep 60s\nwrite s.txt S', next: 'write n.txt N' });
  const batch = await stack.batch('Still', project, ['slow', 'next']);
  await stack.until(batch.id, ({ counts }) => counts.running === 1);
  // 1280 by 800 at 200 %: half as many CSS pixels.
  const context = await browser.newContext({ viewport: { width: 640, height: 400 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.goto(await stack.loginLink());
  await page.locator('.task-row-running').waitFor();
  expect(await page.evaluate('document.getAnimations().length')).toBe(0);
  for (const path of ['/', `/batches/${batch.id}`, `/tasks/${batch.tasks[0]?.id}`, '/report', '/new', '/system']) {
    await page.goto(`${stack.url}${path}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.evaluate(WIDE_TEXT);
    expect([path, await overflowPx(page)]).toEqual([path, 0]);
  }
  await context.close();
});

/** WCAG 1.4.12, through the object model: the policy refuses style elements. */
const WIDE_TEXT = `for (const each of document.querySelectorAll('main *')) {
  each.style.lineHeight = '1.5'; each.style.letterSpacing = '0.12em'; each.style.wordSpacing = '0.16em';
}`;

it('reads one stream for all tabs, and another tab goes on with it', async () => {
  const project = await stack.project('tabs', { one: 'write 1.txt 1' });
  const { page: first } = await openPage(browser, 'wide');
  const streams: string[] = [];
  first.context().on('request', (request) => {
    if (new URL(request.url()).pathname === '/api/events') streams.push(request.url());
  });
  await first.goto(await stack.loginLink());
  await first.getByText('Live').waitFor();
  const second = await first.context().newPage();
  await second.goto(stack.url);
  await second.getByText('Live').waitFor();
  expect(streams.length).toBe(1);
  await stack.batch('Seen in both', project, ['one'], false);
  await first.getByRole('heading', { name: 'Seen in both' }).waitFor();
  await second.getByRole('heading', { name: 'Seen in both' }).waitFor();
  await first.close();
  await expect.poll(() => streams.length).toBe(2);
  const again = await stack.project('tabs-again', { one: 'write 1.txt 1' });
  await stack.batch('Seen by the second', again, ['one'], false);
  await second.getByRole('heading', { name: 'Seen by the second' }).waitFor();
  await second.context().close();
});
