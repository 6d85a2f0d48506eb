/** The morning report: twenty tasks on one screen, and what the command line says is all there. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { launchBrowser } from './support/browser.ts';
import { startWebStack } from './support/stack.ts';
import type { WebStack } from './support/stack.ts';
import { axeViolations, openPage } from './support/watch.ts';

let stack: WebStack;
let browser: Browser;
beforeAll(async () => {
  [stack, browser] = await Promise.all([startWebStack(inject('temporalAddress')), launchBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await stack.close();
});

it('has twenty tasks on one screen, each with its commit or its reason', async () => {
  const names = Array.from({ length: 20 }, (_, at) => `task-${String(at + 1).padStart(2, '0')}`);
  const scripts = names.map((name, at) => [
    name,
    at % 7 === 6 ? 'exit 3' : `write ${name}.txt Done\ncost 0.0${at % 9}`,
  ]);
  const project = await stack.project('twenty', Object.fromEntries(scripts));
  const batch = await stack.batch('Twenty', project, names);
  await stack.until(batch.id, ({ status }) => status === 'completed');
  const report = await stack.client.call('report', { query: { batch: batch.id } });
  const { page, mistakes } = await openPage(browser, 'wide');
  await page.goto(await stack.loginLink(`/report?batch=${batch.id}`));
  await page.getByRole('heading', { name: /Landed/ }).waitFor();
  expect(z.number().parse(await page.evaluate('document.documentElement.scrollHeight'))).toBeLessThanOrEqual(800);
  const text = (await page.locator('main').textContent()) ?? '';
  for (const { name, commit, failure } of report.batches.flatMap(({ tasks }) => tasks)) {
    expect(text).toContain(name);
    if (commit !== null) expect(text).toContain(commit.slice(0, 7));
    if (failure !== null) expect(text).toContain(failure.message);
  }
  for (const { why, command } of report.needsYou) {
    expect(text).toContain(why);
    expect(text).toContain(command);
  }
  expect(text).toContain(`${report.totals.commits} commits`);
  // In the order in which one reads it.
  const heads = await page.locator('.report h2').allTextContents();
  const order = ['Needs you', 'Landed', 'Failed', 'Left out', 'Waited', 'Cost', 'Runs next'];
  const found = heads.map((head) => order.findIndex((each) => head.includes(each))).filter((at) => at >= 0);
  expect(found).toEqual(found.toSorted((a, b) => a - b));
  expect(await axeViolations(page)).toEqual([]);
  expect(mistakes).toEqual([]);
  await page.context().close();
}, 120_000);
