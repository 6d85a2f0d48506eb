/** Verification commands are tried from the project's settings: green, red and unknown ones, and set-up that fails. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { launchBrowser } from './support/browser.ts';
import { FLOW_WIDTHS } from './support/scope.ts';
import { startWebStack } from './support/stack.ts';
import type { WebProject, WebStack } from './support/stack.ts';
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

function tried(page: Page, command: string) {
  return page.getByRole('list', { name: 'Commands tried' }).getByRole('listitem').filter({ hasText: command });
}

/** Keeps what the page asks for at `address` from the API until the returned function is called. */
async function holdBack(page: Page, address: string): Promise<() => void> {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  await page.route(address, async (route) => {
    await released;
    await route.continue();
  });
  return release;
}

/** Neither a commit, a branch or a worktree in the repository, nor an entry of the inbox. */
async function expectNothingLeft({ view, repository }: WebProject): Promise<void> {
  expect(await repository.git(['rev-list', '--count', '--all'])).toBe('1');
  await expect.poll(() => repository.git(['branch', '--list', 'nightloom/*']), { timeout: 15_000 }).toBe('');
  expect((await repository.git(['worktree', 'list', '--porcelain'])).match(/^worktree /gm)).toHaveLength(1);
  const { items } = await stack.client.call('listInbox');
  expect(items.filter(({ projectId }) => projectId === view.id)).toEqual([]);
}

describe.each(FLOW_WIDTHS)('%s', (width) => {
  it('shows exit code, time and the end of the output of each command, also after a full load', async () => {
    const commands = ['echo all is well', 'echo one is red; exit 3'];
    const project = await stack.project(`trial-${width}`, { a: 'write a.txt A' }, { verify: commands });
    const { page, mistakes } = await openPage(browser, width);
    await page.goto(await stack.loginLink(`/projects/${project.view.id}?part=settings`));
    await page.getByRole('button', { name: 'Try the verification commands' }).click();
    await page.getByText('1 of 2 passed.').waitFor();
    await tried(page, 'all is well').getByText('Exit 0', { exact: true }).waitFor();
    await tried(page, 'one is red').getByText('Exit 3', { exact: true }).waitFor();
    await tried(page, 'one is red').getByLabel('End of the output').getByText('one is red', { exact: true }).waitFor();
    await page.reload();
    await page.getByText('1 of 2 passed.').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    expect(await overflowPx(page)).toBe(0);
    await expectNothingLeft(project);
    expect(mistakes).toEqual([]);
    await page.context().close();
  });

  it('offers nothing to press before its place is known: values that come late would move it away', async () => {
    const project = await stack.project(`late-${width}`, { a: 'write a.txt A' }, { verify: ['true'] });
    const { page } = await openPage(browser, width);
    const release = await holdBack(page, '**/configuration');
    await page.goto(await stack.loginLink(`/projects/${project.view.id}?part=settings`));
    await page.getByText('Loading the settings').waitFor();
    const button = page.getByRole('button', { name: 'Try the verification commands' });
    expect(await button.count()).toBe(0);
    release();
    await button.click();
    await page.getByText('1 of 1 passed.').waitFor();
    await page.context().close();
  });

  it('does not bring back who has gone elsewhere before the answer came', async () => {
    const project = await stack.project(`gone-${width}`, { a: 'write a.txt A' }, { verify: ['true'] });
    const { page } = await openPage(browser, width);
    const release = await holdBack(page, '**/verify-trials');
    await page.goto(await stack.loginLink(`/projects/${project.view.id}?part=settings`));
    await page.getByRole('button', { name: 'Try the verification commands' }).click();
    await page.getByRole('link', { name: 'Inbox', exact: true }).click();
    await page.getByRole('heading', { name: 'Inbox', level: 1 }).waitFor();
    const answered = page.waitForResponse('**/verify-trials');
    release();
    await (await answered).finished();
    // What the answer does to the page, it has done by the next frames.
    await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 100)))');
    expect(new URL(page.url()).pathname).toBe('/inbox');
    await page.context().close();
  });

  it('says that a command is not there, and stops', async () => {
    const project = await stack.project(`none-${width}`, { a: 'write a.txt A' }, { verify: ['no-such-program'] });
    const { page } = await openPage(browser, width);
    await page.goto(await stack.loginLink(`/projects/${project.view.id}?part=settings`));
    await page.getByRole('button', { name: 'Try the verification commands' }).click();
    await tried(page, 'no-such-program').getByText('Exit 127').waitFor();
    await page.locator('.problem').getByText('was not found').waitFor();
    await page.getByRole('button', { name: 'Stop the try' }).click();
    await page.getByText('Stopped.', { exact: true }).waitFor();
    await expectNothingLeft(project);
    await page.context().close();
  });
});
