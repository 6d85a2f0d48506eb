/** Moving tasks on the board: by pointer, by keyboard, by menu and by panel; and what a refusal looks like. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { BatchView } from '../../src/contracts/views.ts';
import { launchBrowser } from './support/browser.ts';
import { FLOW_WIDTHS } from './support/scope.ts';
import { startWebStack } from './support/stack.ts';
import type { WebStack } from './support/stack.ts';
import { axeViolations, openPage } from './support/watch.ts';
import type { Width } from './support/watch.ts';

let stack: WebStack;
let browser: Browser;
beforeAll(async () => {
  [stack, browser] = await Promise.all([startWebStack(inject('temporalAddress')), launchBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await stack.close();
});

const FOUR = { a: 'write a.txt A', b: 'write b.txt B', c: 'write c.txt C', d: 'write d.txt D' };

/** Two batches that nobody started, on a page that shows only them. */
async function twoBatches(name: string, width: Width) {
  const project = await stack.project(name, { ...FOUR, x: 'write x.txt X' });
  const left = await stack.batch(`${name} left`, project, ['a', 'b', 'c', 'd'], false);
  const right = await stack.batch(`${name} right`, project, ['x'], false);
  const opened = await openPage(browser, width);
  await opened.page.goto(await stack.loginLink(`/?q=${name}`));
  await queue(opened.page, right).getByRole('row', { name: 'x' }).waitFor();
  return { ...opened, left, right };
}

const queue = (page: Page, { name }: BatchView) => page.getByRole('grid', { name: `Queue of ${name}` });
const names = async (page: Page, batch: BatchView) =>
  await queue(page, batch).locator('.task-main a').allTextContents();
const onServer = async ({ id }: BatchView) =>
  (await stack.client.call('getBatch', { params: { id } })).tasks.map((task) => task.name);

describe.each(FLOW_WIDTHS)('%s', (width) => {
  it('moves by keyboard within a batch and to another one, and says so', async () => {
    const { page, left, right, mistakes } = await twoBatches(`keys-${width}`, width);
    await pickUp(page, left, 'a');
    await step(page, 'ArrowDown', () => focused(page), 'Insert between c and d');
    await page.keyboard.press('Enter');
    await page.getByText(/a is now at place 3 of 4/).waitFor();
    expect(await names(page, left)).toEqual(['b', 'c', 'a', 'd']);
    expect(await onServer(left)).toEqual(['b', 'c', 'a', 'd']);
    await pickUp(page, left, 'd');
    await step(page, 'Tab', () => focused(page, 'closest("[role=grid]")'), `Queue of ${right.name}`);
    await page.keyboard.press('Enter');
    await page.getByText(new RegExp(`d moved to ${right.name}`)).waitFor();
    await expect.poll(() => onServer(right)).toContain('d');
    await expect.poll(() => names(page, left)).toEqual(['b', 'c', 'a']);
    expect(await axeViolations(page)).toEqual([]);
    expect(mistakes).toEqual([]);
    await page.context().close();
  });

  it('chooses several, checks each before it is sent, and moves them together', async () => {
    const { page, left, right, mistakes } = await twoBatches(`many-${width}`, width);
    await queue(page, left).getByRole('row', { name: 'b' }).locator('.queue-check').click();
    await queue(page, left).getByRole('row', { name: 'd' }).locator('.queue-check').click();
    await page.getByText(`2 tasks of ${left.name} chosen`).waitFor();
    await page.getByRole('button', { name: 'Move to…' }).click();
    const panel = page.getByRole('dialog');
    await panel.getByText('All 2 can be moved.').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    // Another window is quicker: the panel hears of it and says which one.
    await stack.client.call('cancelTask', { params: { id: idOf(left, 'd') } });
    await panel.getByText('All 1 can be moved.').or(panel.getByText('1 of 2 would be refused.')).waitFor();
    await panel
      .getByRole('button', { name: 'Leave those out' })
      .or(panel.getByRole('button', { name: 'Move 1 task' }))
      .first()
      .click();
    if (await panel.isVisible()) await panel.getByRole('button', { name: 'Move 1 task' }).click();
    await page.getByText(`b moved to ${right.name}`).waitFor();
    expect(await onServer(right)).toEqual(['x', 'b']);
    expect(mistakes).toEqual([]);
    await page.context().close();
  });
});

it('drags by pointer between batches to a place', async () => {
  const { page, left, right, mistakes } = await twoBatches('pointer', 'wide');
  const from = queue(page, left).getByRole('row', { name: 'c' });
  const to = queue(page, right).getByRole('row', { name: 'x' });
  await from.dragTo(to, { sourcePosition: { x: 200, y: 15 }, targetPosition: { x: 100, y: 2 } });
  await page.getByText(`c moved to ${right.name}, place 1.`).waitFor();
  expect(await onServer(right)).toEqual(['c', 'x']);
  expect(await names(page, right)).toEqual(['c', 'x']);
  expect(mistakes).toEqual([]);
  await page.context().close();
});

it('puts a task back that the server did not move, and says why', async () => {
  const { page, left, right } = await twoBatches('refused', 'wide');
  await page.route('**/offload', async (route) => {
    await stack.client.call('cancelTask', { params: { id: idOf(left, 'c') } });
    await route.continue();
  });
  await queue(page, left).getByRole('button', { name: 'Actions for c' }).click();
  await page.getByRole('menuitem', { name: `Move to ${right.name}` }).click();
  await page.getByRole('alert').getByText(`c not moved, back in ${left.name}: c is cancelled`).waitFor();
  await page.getByRole('article', { name: left.name }).getByText('Cancelled').waitFor();
  expect(await names(page, right)).toEqual(['x']);
  await page.context().close();
});

/** As one does it by hand: what has just been dropped takes the focus, a moment later. */
async function pickUp(page: Page, batch: BatchView, name: string): Promise<void> {
  const row = queue(page, batch).getByRole('row', { name, exact: true });
  await expect
    .poll(async () => {
      await row.focus();
      await page.keyboard.press('ArrowRight');
      return await page.evaluate(
        `document.activeElement.closest('[role=row]')?.textContent + document.activeElement.slot`,
      );
    })
    .toMatch(new RegExp(`^${name}.*drag$`));
  await page.keyboard.press('Enter');
  await page.locator('.react-aria-DropIndicator').first().waitFor({ state: 'attached' });
  await expect.poll(() => focused(page)).toMatch(/^(Insert|Drop)/);
}

/** The focus goes from place to place a moment after each key: one looks where it is before the next. */
async function step(page: Page, key: string, where: () => Promise<string>, wanted: string): Promise<void> {
  const options = { interval: 200, timeout: 20_000 };
  await expect
    .poll(async () => {
      const place = await where();
      if (place !== wanted) await page.keyboard.press(key);
      return place;
    }, options)
    .toBe(wanted);
}

/** Label of what has the focus, or of what `around` finds from there. */
async function focused(page: Page, around = ''): Promise<string> {
  const element = ['document.activeElement', around].filter(Boolean).join('?.');
  return String(await page.evaluate(`${element}?.getAttribute('aria-label') ?? ''`));
}

function idOf(batch: BatchView, name: string): string {
  return batch.tasks.find((task) => task.name === name)?.id ?? '';
}
