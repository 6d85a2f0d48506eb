/** Requirements on the page: written, changed, renamed, deleted and brought back, put into batches; conflicts lose nothing. */
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

async function enter(width: Width, project: WebProject, search = ''): Promise<{ page: Page; mistakes: string[] }> {
  const opened = await openPage(browser, width);
  await opened.page.goto(await stack.loginLink(`/projects/${project.view.id}${search}`));
  return opened;
}

async function good(page: Page): Promise<void> {
  expect(await axeViolations(page)).toEqual([]);
  expect(await overflowPx(page)).toBe(0);
}

const card = (page: Page, title: string) =>
  page.getByRole('list', { name: 'Requirements' }).getByRole('listitem').filter({ hasText: title });
const file = (name: string): string => `.claude/commands/${name}.md`;
const focused = async (page: Page): Promise<string> =>
  String(await page.evaluate('document.activeElement.ariaLabel ?? document.activeElement.textContent'));

/** The focus comes into a menu or dialog a moment after it is seen: keys before that go elsewhere. */
async function focusIn(page: Page, role: 'menu' | 'dialog'): Promise<void> {
  await expect.poll(() => page.evaluate(`document.activeElement.closest('[role=${role}]') !== null`)).toBe(true);
}
async function choose(page: Page, title: string, item: string): Promise<void> {
  await card(page, title)
    .getByRole('button', { name: /^Actions for / })
    .press('Enter');
  await focusIn(page, 'menu');
  await page.getByRole('menuitem', { name: item }).press('Enter');
}

describe.each(FLOW_WIDTHS)('%s', (width) => {
  it('writes one with a preview, changes it, and undoes that', async () => {
    const project = await stack.project(`write-${width}`, {});
    const { page, mistakes } = await enter(width, project);
    await page.getByRole('button', { name: 'Write the first one' }).click();
    const dialog = page.getByRole('dialog', { name: 'New requirement' });
    await dialog.getByLabel('Markdown', { exact: true }).fill('# Ship the *blue* door\n\n- [x] painted\n- [ ] hung');
    expect(await dialog.getByLabel('Name of the file').inputValue()).toBe('ship-the-blue-door');
    if (width === 'narrow') await dialog.getByRole('radio', { name: 'Preview' }).click();
    const preview = dialog.getByRole('region', { name: 'Preview' });
    await preview.getByRole('heading', { name: 'Ship the blue door' }).waitFor();
    await preview.locator('em').getByText('blue').waitFor();
    await preview.getByRole('img', { name: 'done' }).waitFor();
    await good(page);
    await dialog.getByRole('button', { name: 'Write the file' }).click();
    await card(page, 'Ship the').getByText('Pending').waitFor();
    expect(await project.repository.read(file('ship-the-blue-door'))).toContain('- [ ] hung');
    await good(page);

    await card(page, 'Ship the')
      .getByRole('button', { name: /^Ship the/ })
      .click();
    expect(page.url()).toContain('edit=ship-the-blue-door');
    await page.reload();
    await page.getByLabel('Markdown', { exact: true }).fill('# Ship the green door\n');
    await page.keyboard.press('Control+s');
    await card(page, 'Ship the green door').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await card(page, 'blue').waitFor();
    await expect.poll(() => project.repository.read(file('ship-the-blue-door'))).toContain('*blue*');
    expect(mistakes).toEqual([]);
    await page.context().close();
  });

  it('shows both texts when the file was changed meanwhile, and overwrites only what was seen', async () => {
    const project = await stack.project(`conflict-${width}`, { shared: 'write a.txt A' });
    const { page, mistakes } = await enter(width, project, '?edit=shared');
    await page.getByLabel('Markdown', { exact: true }).fill('# Mine\n\nfirst\n');
    await project.repository.write(file('shared'), '# Theirs\n\nfirst\n');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    const both = page.getByRole('region', { name: 'In the file now, and Written here' });
    await both.getByText('# Theirs').waitFor();
    await both.getByText('# Mine').waitFor();
    await good(page);
    expect(await project.repository.read(file('shared'))).toBe('# Theirs\n\nfirst\n');
    // Changed once more while one looks at it: asked again.
    await project.repository.write(file('shared'), '# Theirs again\n\nfirst\n');
    await page.getByRole('button', { name: 'Save what is written here' }).click();
    await both.getByText('# Theirs again').waitFor();
    await page.getByRole('button', { name: 'Save what is written here' }).click();
    await card(page, 'Mine').waitFor();
    expect(await project.repository.read(file('shared'))).toBe('# Mine\n\nfirst\n');

    await card(page, 'Mine').getByRole('button', { name: 'Mine', exact: true }).click();
    await page.getByLabel('Markdown', { exact: true }).fill('# Mine, longer\n');
    await project.repository.write(file('shared'), '# Theirs at last\n');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('button', { name: 'Take what is in the file' }).click();
    expect(await page.getByLabel('Markdown', { exact: true }).inputValue()).toBe('# Theirs at last\n');
    // What is not saved is asked for before it is lost.
    await page.getByLabel('Markdown', { exact: true }).fill('# Unsaved\n');
    await page.keyboard.press('Escape');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Leave it' }).click();
    // What is on its way out still takes keys.
    await page.getByRole('alertdialog').waitFor({ state: 'detached' });
    expect(await page.getByLabel('Markdown', { exact: true }).inputValue()).toBe('# Unsaved\n');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Leave without saving' }).click();
    await card(page, 'Theirs at last').waitFor();
    expect(mistakes).toEqual([]);
    await page.context().close();
  });

  it('renames, deletes and brings back, by keyboard', async () => {
    const project = await stack.project(`keys-${width}`, { alpha: 'write a.txt A', beta: 'write b.txt B' });
    const { page, mistakes } = await enter(width, project);
    await card(page, 'Alpha').waitFor();
    await page.keyboard.press('j');
    await expect.poll(() => focused(page)).toBe('Alpha');
    await page.keyboard.press('j');
    await expect.poll(() => focused(page)).toBe('Beta');
    await page.keyboard.press('k');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Alpha' }).waitFor();
    await page.getByLabel('Markdown', { exact: true }).waitFor();
    await focusIn(page, 'dialog');
    await page.keyboard.press('Escape');
    await expect.poll(() => focused(page)).toBe('Alpha');

    await choose(page, 'Alpha', 'Rename…');
    const name = page.getByLabel('Name of the file');
    await name.fill('beta');
    await name.press('Enter');
    await page.locator('.problem').getByText(/beta/).waitFor();
    await name.fill('gamma');
    await name.press('Enter');
    await card(page, 'gamma').waitFor();
    expect(await project.repository.read(file('alpha'))).toBeNull();

    await choose(page, 'gamma', 'Delete');
    await card(page, 'gamma').waitFor({ state: 'detached' });
    await expect.poll(() => focused(page)).toBe('Beta');
    expect(await project.repository.read(file('gamma'))).toBeNull();
    const said = page.locator('[data-sonner-toast]').filter({ hasText: 'gamma was deleted' });
    await said.getByRole('button', { name: 'Undo' }).press('Enter');
    await card(page, 'gamma').waitFor();
    expect(await project.repository.read(file('gamma'))).toContain('write a.txt A');
    expect(mistakes).toEqual([]);
    await page.context().close();
  });

  it('filters by state in the address, makes a batch of the chosen ones, and adds to it', async () => {
    const scripts = { one: 'write 1.txt 1', two: 'write 2.txt 2', three: 'write 3.txt 3', broken: 'exit 3' };
    const project = await stack.project(`choose-${width}`, scripts);
    const failed = await stack.batch(`Fails ${width}`, project, ['broken']);
    await stack.until(failed.id, ({ status }) => status === 'completed');
    const { page, mistakes } = await enter(width, project);
    await card(page, 'Broken').getByText('Failed last time').waitFor();
    await page.getByRole('radio', { name: /^Failed/ }).click();
    await expect.poll(() => page.url()).toContain('status=failed');
    await card(page, 'One').waitFor({ state: 'detached' });
    await page.getByRole('radio', { name: /^All/ }).click();
    await card(page, 'One').getByRole('checkbox').press(' ');
    await page.getByLabel('Name', { exact: true }).fill(`Chosen ${width}`);
    await good(page);
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: `Chosen ${width}` }).waitFor();
    await page.goBack();
    await card(page, 'One').getByRole('link', { name: 'Queued' }).waitFor();
    expect(await card(page, 'One').getByRole('checkbox').isDisabled()).toBe(true);
    await card(page, 'Two').getByText('Two', { exact: true }).waitFor();
    await card(page, 'Two').getByRole('checkbox').press(' ');
    await card(page, 'Three').getByRole('checkbox').press(' ');
    await page.getByRole('status').getByText('2 tasks chosen').waitFor();
    await page.getByRole('button', { name: 'Add to batch…' }).press('Enter');
    await page.getByRole('menuitem', { name: `Chosen ${width}` }).press('Enter');
    await page.getByText(`2 tasks added to Chosen ${width}.`).waitFor();
    await page.getByText('tasks chosen').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Open the batch' }).press('Enter');
    await page.getByRole('heading', { level: 1, name: `Chosen ${width}` }).waitFor();
    await page.getByRole('link', { name: 'three', exact: true }).waitFor();
    await expect
      .poll(() => page.locator('.timeline-row .task-main a').allTextContents())
      .toEqual(['one', 'two', 'three']);
    expect(mistakes).toEqual([]);
    await page.context().close();
  });
});
