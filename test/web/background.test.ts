/** Ideas, and agents that are asked about requirements: proposals are applied item by item, and taken back. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { launchBrowser } from './support/browser.ts';
import { FLOW_WIDTHS } from './support/scope.ts';
import { startWebStack } from './support/stack.ts';
import type { WebProject, WebStack } from './support/stack.ts';
import { axeViolations, openPage, overflowPx } from './support/watch.ts';
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

async function enter(width: Width, project: WebProject): Promise<{ page: Page; mistakes: string[] }> {
  const opened = await openPage(browser, width);
  await opened.page.goto(await stack.loginLink(`/projects/${project.view.id}`));
  return opened;
}

async function good(page: Page): Promise<void> {
  expect(await axeViolations(page)).toEqual([]);
  expect(await overflowPx(page)).toBe(0);
}

const card = (page: Page, title: string) =>
  page.getByRole('list', { name: 'Requirements' }).getByRole('listitem').filter({ hasText: title });
const file = (name: string): string => `.claude/commands/${name}.md`;
/** What the scripted agent shall do, in the words that it is asked with. */
const script = (...lines: readonly string[]): string => `\`\`\`script\n${lines.join('\n')}\n\`\`\`\n`;
const answer = (value: unknown): string => `answer ${JSON.stringify(value)}`;

describe.each(FLOW_WIDTHS)('%s', (width) => {
  it('generates in the background, opens the result from the message, applies one item and undoes it', async () => {
    const project = await stack.project(`generate-${width}`, { first: 'write a.txt A' });
    const { page, mistakes } = await enter(width, project);
    await page.getByRole('button', { name: 'Ask an agent…' }).press('Enter');
    await page.getByRole('menuitem', { name: /^Generate/ }).press('Enter');
    const stories = ['cart', 'till'].map((id) => ({ id, title: `The ${id}`, body: `# The ${id}\n\n<img src=x>` }));
    await page
      .getByLabel('What is wanted')
      .fill(script('sleep 3s', answer({ stories, reasoning: 'A shop needs both.' })));
    await good(page);
    await page.getByRole('button', { name: 'Ask the agent' }).click();
    const dialog = page.getByRole('dialog', { name: 'Proposed requirements' });
    await dialog.getByText('You can close this').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('list', { name: 'In the background' }).getByRole('listitem').waitFor();
    // On another page: the message leads back, and the modal opens there, also after a full load.
    await page.goto(`${stack.url}/report`);
    await page.getByRole('button', { name: 'View results' }).click();
    await dialog.getByText('A shop needs both.').waitFor();
    await page.reload();
    await dialog.getByText('A shop needs both.').waitFor();
    await dialog.getByText('The file as it would be').first().click();
    await dialog.getByRole('region', { name: 'Text of The cart' }).getByText('<img src=x>').waitFor();
    expect(await dialog.locator('img').count()).toBe(0);
    await good(page);
    await dialog.getByRole('checkbox', { name: 'The till' }).press(' ');
    await dialog.getByRole('button', { name: 'Apply 1 of 2' }).click();
    await dialog.getByRole('listitem').filter({ hasText: 'The cart' }).getByText('Applied', { exact: true }).waitFor();
    await dialog.getByRole('listitem').filter({ hasText: 'The till' }).getByText('Not applied').waitFor();
    expect(await project.repository.read(file('cart'))).toContain('# The cart');
    expect(await project.repository.read(file('till'))).toBeNull();
    await page.keyboard.press('Escape');
    await card(page, 'The cart').waitFor();
    await page.getByRole('button', { name: 'Undo' }).press('Enter');
    await card(page, 'The cart').waitFor({ state: 'detached' });
    expect(await project.repository.read(file('cart'))).toBeNull();
    expect(mistakes).toEqual([]);
    await page.context().close();
  });

  it('changes one with an agent, and overwrites what was changed since only when told so', async () => {
    const project = await stack.project(`edit-${width}`, { login: 'write a.txt A' });
    const { page, mistakes } = await enter(width, project);
    await card(page, 'Login').getByRole('button', { name: 'Actions for Login' }).press('Enter');
    await page.getByRole('menuitem', { name: 'Change with an agent…' }).press('Enter');
    const target = { title: 'Login', body: '# Login\n\nWith a second factor.' };
    await page
      .getByLabel('How it shall change')
      .fill(script(answer({ target, related_updates: [], summary: 'A factor was added.' })));
    await page.getByRole('button', { name: 'Ask the agent' }).click();
    const dialog = page.getByRole('dialog', { name: 'Proposed change' });
    await dialog.getByText('A factor was added.').waitFor();
    await dialog.getByText('What would change').click();
    await dialog
      .getByRole('region', { name: 'In the file now, and Proposed' })
      .getByText('With a second factor.')
      .waitFor();
    await good(page);
    const address = page.url();
    await page.keyboard.press('Escape');
    await project.repository.write(file('login'), '# Login\n\nMine.\n');
    await page.goto(address);
    await dialog.getByText('Changed since', { exact: true }).waitFor();
    const button = dialog.getByRole('button', { name: /^Apply/ });
    expect(await button.isDisabled()).toBe(true);
    await dialog.getByRole('checkbox', { name: 'Login' }).press(' ');
    await dialog.getByText('1 file will be overwritten').waitFor();
    await button.click();
    await dialog.getByText('Applied', { exact: true }).waitFor();
    expect(await project.repository.read(file('login'))).toContain('second factor');
    expect(mistakes).toEqual([]);
    await page.context().close();
  });

  it('writes ideas down and makes requirements of them', async () => {
    const project = await stack.project(`ideas-${width}`, { first: 'write a.txt A' });
    const { page, mistakes } = await enter(width, project);
    await page.getByRole('button', { name: 'Write an idea down' }).click();
    await page.getByLabel('Title').fill('Dark mode <b>');
    await page.getByLabel('More about it').fill('For the night.');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    const row = page.getByRole('list', { name: 'Ideas' }).getByRole('listitem').filter({ hasText: 'Dark mode <b>' });
    await row.getByText('For the night.').waitFor();
    await good(page);
    await row.getByRole('button', { name: /^Make a requirement of/ }).press('Enter');
    const editor = page.getByLabel('Markdown', { exact: true });
    await editor.waitFor();
    expect(await editor.inputValue()).toContain('For the night.');
    await page.keyboard.press('Escape');
    await row.getByText('Is a requirement').waitFor();
    await page.getByRole('button', { name: 'Undo' }).press('Enter');
    await row.getByText('Idea', { exact: true }).waitFor();
    await row.getByRole('button', { name: /^Actions for the idea/ }).press('Enter');
    await page.getByRole('menuitem', { name: 'It is implemented' }).press('Enter');
    await row.getByText('Implemented').waitFor();
    await row.getByRole('button', { name: /^Actions for the idea/ }).press('Enter');
    await page.getByRole('menuitem', { name: 'Forget it…' }).press('Enter');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Forget it' }).click();
    await row.waitFor({ state: 'detached' });
    expect(mistakes).toEqual([]);
    await page.context().close();
  });
});
