/** The screenshot of an attempt: beside the attempt, and in full size. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
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

const WIDTH_PX = 1600;

describe.each(FLOW_WIDTHS)('%s', (width) => {
  it('is shown with its attempt, and as large as it is', async () => {
    // A picture that a browser took of a page, as the setting `screenshot.url` would.
    const taken = await browser.newPage({ viewport: { width: WIDTH_PX, height: 900 } });
    await taken.setContent('<h1>The shop</h1>');
    const file = join(stack.state, 'shop.png');
    await writeFile(file, await taken.screenshot());
    await taken.close();
    const screenshot = { command: `cp '${file}' "$NIGHTLOOM_SCREENSHOT"` };
    const project = await stack.project(`picture-${width}`, { shop: 'write a.txt A' }, { screenshot });
    const batch = await stack.batch('Pictured', project, ['shop']);
    const { tasks } = await stack.until(batch.id, ({ status }) => status === 'completed');
    const { page, mistakes } = await openPage(browser, width);
    await page.goto(await stack.loginLink(`/tasks/${tasks[0]?.id ?? ''}`));
    const small = page.getByAltText('The product after attempt 1 of shop');
    await small.scrollIntoViewIfNeeded();
    await expect.poll(() => small.evaluate((image) => Reflect.get(image, 'naturalWidth'))).toBe(WIDTH_PX);
    expect(await axeViolations(page)).toEqual([]);
    expect(await overflowPx(page)).toBe(0);
    await page.getByRole('button', { name: 'Open the screenshot of attempt 1' }).press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Screenshot of attempt 1' });
    const large = dialog.getByAltText('The product after attempt 1 of shop');
    await expect.poll(async () => (await large.boundingBox())?.width).toBe(WIDTH_PX);
    expect(await axeViolations(page)).toEqual([]);
    expect(await overflowPx(page)).toBe(0);
    const address = await dialog.getByRole('link', { name: 'Open it alone' }).getAttribute('href');
    const alone = await page.request.get(`${stack.url}${address ?? ''}`);
    expect([alone.status(), alone.headers()['content-type']]).toEqual([200, 'image/png']);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(mistakes).toEqual([]);
    await page.context().close();
  });
});
