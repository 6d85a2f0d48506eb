/** What a page must never do, whatever a test looks at. */
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';
import { giveEvidence } from './evidence.ts';

/** The widths of every flow. */
export const WIDTHS = { wide: { width: 1280, height: 800 }, narrow: { width: 320, height: 720 } } as const;
/** One of {@link WIDTHS}. */
export type Width = keyof typeof WIDTHS;

/** A page and what went wrong in it: errors of scripts, refusals by the policy, answers 5xx. */
export interface WatchedPage {
  readonly page: Page;
  readonly mistakes: string[];
}

/** Opens a page of its own context: no cookies of others. Times are far from UTC on purpose. */
export async function openPage(
  browser: Browser,
  width: Width,
  colorScheme: 'light' | 'dark' = 'light',
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: WIDTHS[width], colorScheme, timezoneId: 'Pacific/Chatham' });
  const page = await context.newPage();
  const mistakes: string[] = [];
  const requests: string[] = [];
  page.on('requestfinished', (request) => requests.push(`${request.method()} ${request.url()}`));
  const forget = giveEvidence(async () => {
    const shown = await page.locator('body').innerText({ timeout: 5000 });
    return [`${page.url()} shows:`, shown, 'Last requests:', ...requests.slice(-20), ...mistakes].join('\n');
  });
  page.on('close', forget);
  page.on('pageerror', (error) => mistakes.push(`error: ${error.message}`));
  page.on('console', (message) => {
    const text = message.text();
    if (/Content Security Policy|Trusted/.test(text)) mistakes.push(`policy: ${text}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 500) mistakes.push(`${response.status()} ${response.url()}`);
  });
  return { page, mistakes };
}

const Violations = z.array(z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) }));
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What moves for ever is not waited for. */
const SETTLED = `Promise.allSettled(document.getAnimations()
  .filter((each) => each.effect.getTiming().iterations !== Infinity).map((each) => each.finished)).then(() => null)`;

/** What axe-core finds on the page as it is: `rule: element`. */
export async function axeViolations(page: Page): Promise<string[]> {
  // What comes and goes is judged where it stands.
  await page.evaluate(SETTLED);
  await page.evaluate(axe.source);
  const found = await page.evaluate(
    `axe.run({ runOnly: ${JSON.stringify(TAGS)} }).then(({ violations }) => violations)`,
  );
  return Violations.parse(found).flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
}

/** How many CSS pixels the page is wider than its window. */
export async function overflowPx(page: Page): Promise<number> {
  return z.number().parse(await page.evaluate('document.documentElement.scrollWidth - window.innerWidth'));
}
