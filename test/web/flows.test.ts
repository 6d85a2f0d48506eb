/** What people do here, once each, at both widths. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { launchBrowser } from './support/browser.ts';
import { FLOW_WIDTHS, IS_QUICK } from './support/scope.ts';
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

async function enter(width: Width, path = '/'): Promise<{ page: Page; mistakes: string[] }> {
  const opened = await openPage(browser, width);
  await opened.page.goto(await stack.loginLink(path));
  return opened;
}

describe('login', () => {
  it('takes the code out of the address and keeps no secret where scripts could read it', async () => {
    const { page, mistakes } = await enter('wide');
    await page.getByRole('heading', { name: 'Queue work' }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    expect(page.url()).toBe(`${stack.url}/`);
    expect(await page.evaluate('document.cookie + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)')).toBe(
      '{}{}',
    );
    expect(await page.content()).not.toContain(stack.token);
    await page.getByRole('button', { name: 'Theme, help, log out' }).click();
    await page.getByRole('menuitem', { name: 'Log out' }).click();
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    await page.getByLabel('Token').fill('wrong');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('The token is wrong.').waitFor();
    await page.getByLabel('Token').fill(stack.token);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'Queue work' }).waitFor();
    expect(mistakes).toEqual([]);
    await page.context().close();
  });
});

describe.each(FLOW_WIDTHS)('%s', (width) => {
  it('adds a project by its path, and says what is wrong with a wrong one', async () => {
    const { repository } = await stack.project(`added-${width}`, { 'first-task': 'write a.txt A' });
    const { page } = await enter(width, '/projects');
    await page.getByLabel('Path of a repository').fill('/nonexistent');
    await page.getByRole('button', { name: 'Add project' }).click();
    await page
      .locator('.problem')
      .getByText(/repository|folder/i)
      .waitFor();
    await page.getByLabel('Path of a repository').fill(repository.directory);
    await page.getByRole('button', { name: 'Add project' }).click();
    await page.getByRole('heading', { level: 1, name: `added-${width}` }).waitFor();
    await page.getByText('First task').waitFor();
    await page.context().close();
  });

  it('makes and starts a batch in three clicks, and shows it live to its commits', async () => {
    const name = `three-${width}`;
    await stack.project(name, { one: 'write 1.txt 1\nsay Done.', two: 'sleep 2s\nwrite 2.txt 2' });
    const { page, mistakes } = await enter(width);
    await page.getByRole('link', { name: 'New batch' }).first().click();
    await page.getByText(name, { exact: true }).click();
    await page.getByRole('button', { name: 'Create and start' }).click();
    await page.getByText('2 of 2 tasks done').first().waitFor();
    await page.getByText('Completed').first().waitFor();
    await page.getByRole('link', { name: 'one', exact: true }).click();
    await page.getByText('Done.').first().waitFor();
    await page.getByRole('radio', { name: 'Raw' }).click();
    await page.getByText('"type":"result"').first().waitFor();
    expect(page.url()).toContain('view=raw');
    await page.reload();
    await page.getByText('"type":"result"').first().waitFor();
    expect(mistakes).toEqual([]);
    await page.context().close();
  });

  it('starts, moves by keyboard, pauses, resumes and cancels', async () => {
    const project = await stack.project(`steer-${width}`, {
      slow: 'write s.txt S\nsleep 60s',
      b: 'write b.txt B',
      c: 'write c.txt C',
    });
    const batch = await stack.batch(`Steered ${width}`, project, ['slow', 'b', 'c'], false);
    const { page, mistakes } = await enter(width, `/batches/${batch.id}`);
    await page.getByRole('button', { name: 'Start' }).click();
    await page.getByText('Agent at work').first().waitFor();
    const names = () => page.locator('.timeline-row .task-main a').allTextContents();
    expect(await names()).toEqual(['slow', 'b', 'c']);
    const menu = page.getByRole('button', { name: 'Actions for c' });
    await menu.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Move to the front' }).waitFor();
    await expect.poll(() => page.evaluate('document.activeElement.textContent')).toBe('Move to the front');
    await page.keyboard.press('Enter');
    await page.getByText('c is now at place 1 of 2.').waitFor();
    await expect.poll(() => page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe('Actions for c');
    await expect.poll(names).toEqual(['slow', 'c', 'b']);
    await page.getByRole('button', { name: 'More actions for' }).click();
    await page.getByRole('menuitem', { name: 'Pause now' }).click();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByText('Agent at work').first().waitFor();
    await page.getByRole('button', { name: 'More actions for' }).click();
    await page.getByRole('menuitem', { name: 'Cancel the batch' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel the batch' }).click();
    await page.locator('.title-row').getByText('Cancelled').waitFor();
    expect(mistakes).toEqual([]);
    await page.context().close();
  });
});

it('shows hostile output as text: no markup, no links, no colours but those of terminals', async () => {
  const hostile = [
    'say <img src=x onerror="document.title=1"> <script>document.title=2</script>',
    `run printf '\\033]8;;https://evil.example\\033\\\\click\\033]8;;\\033\\\\ \\033[31mred\\033[0m \\033[2Jgone \\033]0;title\\007'`,
    'write x.txt X',
  ].join('\n');
  const project = await stack.project('hostile', { hostile });
  const batch = await stack.batch('Hostile', project, ['hostile']);
  const done = await stack.until(batch.id, ({ status }) => status === 'completed');
  const { page, mistakes } = await enter('wide', `/tasks/${done.tasks[0]?.id}`);
  await page.getByText('<script>document.title=2</script>').first().waitFor();
  const log = page.getByRole('log');
  await log.getByText('click red gone').first().waitFor();
  expect(await log.locator('.ansi-red').first().textContent()).toBe('red');
  expect(await log.locator('img, script, a, [style*=color]').count()).toBe(0);
  expect(await page.title()).toBe('hostile · Nightloom');
  expect(mistakes).toEqual([]);
  await page.context().close();
});

it.skipIf(IS_QUICK)('says that it is disconnected, and is right again after a crash', async () => {
  const project = await stack.project('crash', { slow: 'write s.txt S\nsleep 5s' });
  const batch = await stack.batch('Survivor', project, ['slow']);
  const { page } = await enter('wide', `/batches/${batch.id}`);
  await page.getByText('Agent at work').first().waitFor();
  await stack.crash();
  await page.getByText('Disconnected.').waitFor();
  await page.getByText('Agent at work').first().waitFor();
  await stack.restart();
  await page.getByText('1 of 1 task done').first().waitFor();
  await page.getByText('Live').waitFor();
  expect(await page.getByText('Disconnected.').count()).toBe(0);
  await page.context().close();
});

it.skipIf(IS_QUICK)('names what a task comes after, and what happens when that fails', async () => {
  const { view } = await stack.project('needs', { first: 'write 1.txt 1', second: 'write 2.txt 2' });
  const projectId = view.id;
  const batch = await stack.client.call('createBatch', {
    body: {
      name: 'Needs',
      tasks: [
        { projectId, requirementName: 'first' },
        { projectId, requirementName: 'second', after: ['first'], whenNeededFailed: 'hold' },
      ],
    },
  });
  const { page, mistakes } = await enter('narrow', `/tasks/${batch.tasks[1]?.id}`);
  const fact = page.locator('.fact').filter({ hasText: 'Comes after' });
  await fact.getByText('Queued', { exact: true }).waitFor();
  await fact.getByText('Holds the batch if that fails').waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await fact.getByRole('link', { name: 'first' }).click();
  await page.getByRole('heading', { level: 1, name: 'first' }).waitFor();
  await page.locator('.fact').getByText('Attempts', { exact: true }).waitFor();
  expect(await fact.count()).toBe(0);
  expect(mistakes).toEqual([]);
  await page.context().close();
});

it('has a sheet of its shortcuts, and none fires while one types', async () => {
  const { page } = await enter('wide');
  await page.getByRole('heading', { level: 1, name: 'Tonight' }).waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('r');
  await page.getByRole('heading', { level: 1, name: 'Morning report' }).waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog').getByText('Go to Projects').waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.keyboard.press('g');
  await page.keyboard.press('p');
  await page.getByLabel('Path of a repository').fill('');
  await page.getByLabel('Path of a repository').pressSequentially('g s?');
  expect(await page.getByLabel('Path of a repository').inputValue()).toBe('g s?');
  expect(page.url()).toBe(`${stack.url}/projects`);
  await page.context().close();
});
