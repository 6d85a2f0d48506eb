/** The screen of the stack: agents with their login, and what the machine needs with what repairs it. */
import { rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
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

/** The row of a list that begins with this name. */
function row(page: Page, list: string, name: string) {
  return page.getByRole('list', { name: list }).getByRole('listitem').filter({ hasText: name });
}

describe.each(FLOW_WIDTHS)('%s', (width) => {
  it('shows each agent with its login, and each failed check with its repair', async () => {
    const { page, mistakes } = await openPage(browser, width);
    await page.goto(await stack.loginLink('/system'));
    await row(page, 'Agents', 'scripted').getByText('Needs no login').waitFor();
    const { items: agents } = await stack.client.call('listAgents');
    for (const { name, installed } of agents.filter(({ repair }) => repair !== null)) {
      await row(page, 'Agents', name)
        .getByText(installed ? 'Not logged in' : 'Not installed')
        .waitFor();
      expect(await row(page, 'Agents', name).locator('.repair').count()).toBe(1);
    }
    // This stack's home has no configuration of git: who commits is not known there.
    const identity = row(page, 'Checks of the machine', 'git identity');
    await identity.getByText('git config --global').waitFor();
    await identity.getByRole('button', { name: 'Copy the command' }).waitFor();
    const { items: checks } = await stack.client.call('doctor');
    expect(await page.getByRole('list', { name: 'Checks of the machine' }).getByRole('listitem').count()).toBe(
      checks.length,
    );
    expect(checks.map(({ name }) => name)).toContain('keep awake');
    expect(await axeViolations(page)).toEqual([]);
    expect(await overflowPx(page)).toBe(0);
    expect(mistakes).toEqual([]);
    await page.context().close();
  });

  it('sees what was repaired when it is asked to look again', async () => {
    const gitConfig = join(dirname(stack.state), 'home', '.gitconfig');
    const { page } = await openPage(browser, width);
    await page.goto(await stack.loginLink('/system'));
    await row(page, 'Checks of the machine', 'git identity').getByText('git does not know').waitFor();
    await writeFile(gitConfig, '[user]\n  name = Ada\n  email = ada@example.com\n');
    await page.getByRole('button', { name: 'Check again' }).click();
    await row(page, 'Checks of the machine', 'git identity').getByText('Ada <ada@example.com>').waitFor();
    await rm(gitConfig);
    await page.context().close();
  });
});
