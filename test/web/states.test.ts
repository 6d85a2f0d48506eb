/** First run, filtered empty, error and disconnected are four different things, everywhere and for everybody. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { launchBrowser } from './support/browser.ts';
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

async function good(page: Page, text: string): Promise<void> {
  await page.getByText(text).first().waitFor();
  expect([text, await axeViolations(page)]).toEqual([text, []]);
  expect([text, await overflowPx(page)]).toEqual([text, 0]);
}

const LOOKS = [
  ['wide', 'light'],
  ['narrow', 'dark'],
] as const;

describe.each(LOOKS)('%s, %s', (width, theme) => {
  it('first run: what each place is for, and how it is filled', async () => {
    const fresh = await startWebStack(inject('temporalAddress'));
    try {
      const { page } = await openPage(browser, width, theme);
      await page.goto(await fresh.loginLink());
      await good(page, 'Queue work in the evening');
      await page.goto(`${fresh.url}/projects`);
      await good(page, 'No project yet');
      await page.goto(`${fresh.url}/report`);
      await good(page, 'Nothing happened in this time');
      const project = await fresh.project('bare', {});
      await page.goto(`${fresh.url}/projects/${project.view.id}`);
      await good(page, 'No requirement files');
      await page.goto(`${fresh.url}/new`);
      await good(page, 'No requirement files yet');
      await page.goto(fresh.url);
      await good(page, 'Nothing is planned for tonight');
      await page.context().close();
    } finally {
      await fresh.close();
    }
  });

  describe('with a batch', () => {
    let project: WebProject;
    let batch: string;
    let page: Page;
    beforeAll(async () => {
      project = await stack.project(`states-${width}`, { one: 'write 1.txt 1' });
      ({ id: batch } = await stack.batch(`States ${width}`, project, ['one'], false));
      ({ page } = await openPage(browser, width, theme));
      await page.goto(await stack.loginLink());
    });
    afterAll(() => page.context().close());

    it('filtered empty: says so, and clears the filter', () => filtered(page, project, batch));

    it('error: says what went wrong, and tries again', () => failing(page, project, batch));

    it('disconnected: keeps what it shows, says so, and is right again after a crash', async () => {
      await page.goto(`${stack.url}/batches/${batch}`);
      await page.getByText('Live').waitFor({ state: 'attached' });
      await page.context().setOffline(true);
      await stack.crash();
      await good(page, 'Disconnected.');
      await page.getByText('one', { exact: true }).first().waitFor();
      await page.context().setOffline(false);
      await stack.restart();
      await page.getByText('Disconnected.').waitFor({ state: 'detached' });
    });
  });
});

async function filtered(page: Page, project: WebProject, batch: string): Promise<void> {
  for (const path of [
    '/?q=nonesuch',
    `/batches/${batch}?q=nonesuch`,
    `/projects/${project.view.id}?q=nonesuch`,
    '/new?q=nonesuch',
  ]) {
    await page.goto(`${stack.url}${path}`);
    await good(page, 'fits the filter');
    await page.getByRole('button', { name: 'Clear the filter' }).click();
    await page.getByText('fits the filter').waitFor({ state: 'detached' });
    expect(page.url()).not.toContain('nonesuch');
  }
}

/** Answers of the API that are no answers. */
async function failing(page: Page, project: WebProject, batch: string): Promise<void> {
  const problem = {
    type: 'about:blank',
    title: 'Internal error',
    status: 500,
    detail: 'The database file is damaged.',
    code: 'internal',
    hint: '',
    details: {},
  };
  for (const [path, route] of [
    ['/', '**/api/batches?*'],
    [`/batches/${batch}`, `**/api/batches/${batch}`],
    ['/report', '**/api/report?*'],
    ['/projects', '**/api/projects'],
    [`/projects/${project.view.id}`, '**/requirements'],
    ['/system', '**/api/status'],
  ] as const) {
    await page.route(route, (each) =>
      each.fulfill({ status: 500, contentType: 'application/problem+json', json: problem }),
    );
    await page.goto(`${stack.url}${path}`);
    await good(page, 'The database file is damaged.');
    expect(await page.getByText(/nothing is planned|no project yet|nothing happened/i).count()).toBe(0);
    await page.unroute(route);
    await page.getByRole('button', { name: 'Try again' }).first().click();
    await page.getByText('The database file is damaged.').waitFor({ state: 'detached' });
  }
}
