/** The inbox: what happens is told at once, counted, read, dismissed and brought back. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { launchBrowser } from './support/browser.ts';
import { FLOW_WIDTHS } from './support/scope.ts';
import { startWebStack } from './support/stack.ts';
import type { WebStack } from './support/stack.ts';
import { axeViolations, openPage, overflowPx } from './support/watch.ts';

let stack: WebStack;
let browser: Browser;
beforeAll(async () => {
  [stack, browser] = await Promise.all([startWebStack(inject('temporalAddress')), launchBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await stack.close();
});

it.each(FLOW_WIDTHS)(
  '[P11] tells, counts, dismisses with undo and clears, %s',
  async (width) => {
    const project = await stack.project(`inbox-${width}`, { 'break-it': 'exit 3', 'build-it': 'write a.txt Done' });
    const { page, mistakes } = await openPage(browser, width);
    await page.goto(await stack.loginLink('/inbox'));
    await page.getByRole('heading', { level: 1, name: 'Inbox' }).waitFor();
    const before = (await stack.client.call('listInbox', {})).unreadCount;
    const batch = await stack.batch(`Inbox ${width}`, project, ['break-it', 'build-it']);
    await stack.until(batch.id, ({ status }) => status === 'completed');

    // The toast, the badge and the row, all without loading anew.
    await page.getByRole('alert').filter({ hasText: 'break-it: failed' }).first().waitFor();
    await page.getByRole('button', { name: `Inbox: ${before + 2} unread` }).waitFor();
    const row = page
      .getByRole('list', { name: 'Entries' })
      .getByRole('listitem')
      .filter({ hasText: 'break-it' })
      .filter({ hasText: `inbox-${width},` });
    await row.getByText('Failed', { exact: true }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    expect(await overflowPx(page)).toBe(0);

    await row.getByRole('button', { name: 'Dismiss break-it' }).press('Enter');
    await row.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).press('Enter');
    await row.waitFor();
    await row.getByRole('button', { name: 'Dismiss break-it' }).press('Enter');
    await row.waitFor({ state: 'detached' });
    await page.getByRole('radio', { name: 'Deleted' }).click();
    await row.getByRole('button', { name: 'Restore break-it' }).press('Enter');
    await row.waitFor({ state: 'detached' });

    await page.goto(`${stack.url}/inbox`);
    await page.getByRole('button', { name: /^Inbox: \d+ unread/ }).click();
    await page
      .getByRole('dialog')
      .getByRole('link', { name: /break-it/ })
      .waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Mark all as read' }).press('Enter');
    await page.getByRole('button', { name: 'Inbox: nothing unread' }).waitFor();
    expect((await stack.client.call('listInbox', {})).unreadCount).toBe(0);
    expect(mistakes).toEqual([]);
    await page.context().close();
  },
  120_000,
);
