/** Every screen, in both widths and themes: readable by everybody, nothing cut off, nothing refused by the policy. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { launchBrowser } from './support/browser.ts';
import { makeNight } from './support/night.ts';
import type { Night } from './support/night.ts';
import { SCREENS } from './support/screen-list.ts';
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
