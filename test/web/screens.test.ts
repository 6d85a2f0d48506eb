/** Every screen, in both widths and themes: readable by everybody, nothing cut off, nothing refused by the policy. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { launchBrowser } from './support/browser.ts';
import { makeNight } from './support/night.ts';
import type { Night } from './support/night.ts';
import { startWebStack } from './support/stack.ts';
import type { WebStack } from './support/stack.ts';
import { axeViolations, openPage, overflowPx } from './support/watch.ts';
import type { WatchedPage, Width } from './support/watch.ts';

let stack: WebStack;
let browser: Browser;
let night: Night;
beforeAll(async () => {
  [stack, browser] = await Promise.all([startWebStack(inject('temporalAddress')), launchBrowser()]);
  night = await makeNight(stack);
});
afterAll(async () => {
  await browser.close();
  await stack.close();
});

/** Screen -> its address and a text that it must show. */
const SCREENS: Readonly<Record<string, (night: Night) => readonly [path: string, text: string]>> = {
  tonight: () => ['/', 'Usage limit, resets'],
  batch: (each) => [`/batches/${each.working}`, 'translate-the-invoice'],
  'task at work': (each) => [`/tasks/${each.runningTask}`, 'All cases pass'],
  'task that failed': (each) => [`/tasks/${each.failedTask}`, 'Failed while'],
  inbox: () => ['/inbox', 'Mark all as read'],
  report: () => ['/report', 'Needs you'],
  projects: () => ['/projects', 'atlas'],
  project: (each) => [`/projects/${each.project}`, 'Document the order api'],
  'new requirement': (each) => [`/projects/${each.project}?write=new`, 'Name of the file'],
  'text of a requirement': (each) => [`/projects/${each.project}?edit=checkout-keeps-the-cart`, 'works from the text'],
  'requirements of one state': (each) => [`/projects/${each.project}?status=failed`, 'Failed last time'],
  'ideas of a project': (each) => [`/projects/${each.project}`, 'Gift cards'],
  'proposals of an agent': (each) => [
    `/projects/${each.askedProject}?result=${each.askedTask}`,
    'Name an owner for every page',
  ],
  'settings of a project': (each) => [`/projects/${each.project}?part=settings`, 'A commit would say'],
  'check of a project': (each) => [`/projects/${each.project}?part=check`, 'A night can work here'],
  'change of a task': (each) => [`/tasks/${each.doneTask}?part=changes`, 'notes/totals.txt'],
  'change side by side': (each) => [`/tasks/${each.doneTask}?part=changes&view=split`, 'notes/totals.txt'],
  'checks of a task': (each) => [`/tasks/${each.failedTask}?part=checks`, 'After fix 1'],
  'prompt of a task': (each) => [`/tasks/${each.failedTask}?part=prompt`, 'agent'],
  'log searched': (each) => [`/tasks/${each.runningTask}?q=case`, 'matches'],
  'report of a batch': (each) => [`/report?batch=${each.working}`, 'Of all batches'],
  'new batch': () => ['/new', 'chosen'],
  system: () => ['/system', 'The stack works'],
  'no such place': () => ['/nowhere', 'There is no such page'],
};

const ALL: readonly (readonly [Width, 'light' | 'dark'])[] = [
  ['wide', 'light'],
  ['wide', 'dark'],
  ['narrow', 'light'],
  ['narrow', 'dark'],
];

describe.each(ALL)('%s, %s', (width, theme) => {
  let watched: WatchedPage;
  beforeAll(async () => {
    watched = await openPage(browser, width, theme);
    await watched.page.goto(await stack.loginLink());
  });
  afterAll(() => watched.page.context().close());

  it.each(Object.entries(SCREENS))('%s is without a violation, and scrolls not sideways', async (_name, place) => {
    const { page, mistakes } = watched;
    const [path, text] = place(night);
    await page.goto(`${stack.url}${path}`);
    await page.getByText(text).first().waitFor();
    expect(await axeViolations(page)).toEqual([]);
    expect(await overflowPx(page)).toBe(0);
    expect(mistakes).toEqual([]);
  });
});

it('shows the login to strangers, and it is for everybody too', async () => {
  const { page, mistakes } = await openPage(browser, 'narrow');
  await page.goto(`${stack.url}/report`);
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  expect(await axeViolations(page)).toEqual([]);
  expect(mistakes).toEqual([]);
  await page.context().close();
});
