/** Text of agents, files and names is shown as text, wherever it comes: a corpus goes through every surface. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { launchBrowser } from './support/browser.ts';
import { startWebStack } from './support/stack.ts';
import type { WebStack } from './support/stack.ts';
import { openPage } from './support/watch.ts';

/** Each would set `document.hit` if it became markup or an address that runs. */
const MARKUP: readonly string[] = [
  '<script>document.hit=1</script>',
  '<img src=x onerror="document.hit=2">',
  '"><svg onload=document.hit=3>',
  '<iframe srcdoc="<script>parent.document.hit=4</script>"></iframe>',
  '<a href="javascript:document.hit=5">x</a>',
  '<details open ontoggle=document.hit=6>',
  '</title><script>document.hit=7</script>',
  '{{constructor.constructor("document.hit=8")()}}',
  '<math><mtext></form><form><mglyph><style></math><img src onerror=document.hit=9>',
  '[x](javascript:document.hit=10) ![x](https://evil.example/pixel.png)',
];
/** Titles, links, the clipboard, the cursor, the screen, a device's answer, direction marks. */
const ESCAPES: readonly string[] = [
  String.raw`\033]0;owned\007`,
  String.raw`\033]8;;https://evil.example\033\\link\033]8;;\033\\`,
  String.raw`\033]52;c;cm0gLXJm\007`,
  String.raw`\033[2J\033[1;1H`,
  String.raw`\033[6n\033[?25l`,
  String.raw`\033P1;2;3q\033\\`,
  String.raw`\033[31mred\033[0m`,
  String.raw`\342\200\256reversed\342\200\254`,
];
const NAME = '<img src=x onerror=document.hit=11>';

let stack: WebStack;
let browser: Browser;
beforeAll(async () => {
  [stack, browser] = await Promise.all([startWebStack(inject('temporalAddress')), launchBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await stack.close();
});

/** Nothing ran, nothing of it is an element, and no address leads away. */
async function harmless(page: Page): Promise<void> {
  expect(await page.evaluate('document.hit ?? null')).toBeNull();
  const found = await page.evaluate(`[...document.querySelectorAll(
    'main script, main img, main iframe, main svg[onload], main math, [onerror], [onload], [ontoggle], a[href^="javascript"]'
  )].map((each) => each.outerHTML)`);
  expect(found).toEqual([]);
  expect(await page.evaluate(`[...document.links].filter((each) => each.href.includes('evil')).length`)).toBe(0);
}

it('goes through every surface as text', async () => {
  const script = [
    ...MARKUP.map((text) => `say ${text}`),
    `run printf '%b' '${ESCAPES.join('\\n')}\\n'`,
    ...MARKUP.slice(0, 3).map((text) => `run printf '%s\\n' '${text.replaceAll("'", '')}' >&2`),
    `write x.txt lower ${MARKUP[0]}`,
  ].join('\n');
  const check = `test ! -f x.txt || grep -q '^[A-Z]' x.txt || (echo '${MARKUP[1]}' >&2; exit 1)`;
  const project = await stack.project(
    `${NAME} shop`,
    { 'hostile-text': script },
    { verify: [check], limits: { maxFixes: 0 } },
  );
  const batch = await stack.batch(`${NAME} tonight`, project, ['hostile-text']);
  const done = await stack.until(batch.id, ({ counts }) => counts.failed === 1);
  const task = done.tasks[0]?.id ?? '';
  const { page, mistakes } = await openPage(browser, 'wide');
  const requests: string[] = [];
  page.on('request', (request) => requests.push(new URL(request.url()).origin));
  await page.goto(await stack.loginLink(`/tasks/${task}?run=1-agent`));
  const log = page.getByRole('log');
  await log.getByText('document.hit=7').first().waitFor();
  await harmless(page);
  expect(await page.title()).toBe('hostile-text · Nightloom');
  const places: readonly (readonly [path: string, text: string])[] = [
    [`/tasks/${task}?run=1-agent&view=raw`, 'document.hit=9'],
    [`/tasks/${task}?run=1-agent&q=document.hit`, 'matches'],
    [`/tasks/${task}?part=changes`, 'x.txt'],
    [`/tasks/${task}?part=checks`, 'document.hit=2'],
    [`/tasks/${task}?part=prompt`, 'document.hit=7'],
    ['/', NAME],
    [`/batches/${batch.id}`, 'hostile-text'],
    ['/report?since=all', 'hostile-text'],
    [`/projects/${project.view.id}`, 'Hostile text'],
    [`/projects/${project.view.id}?part=settings`, 'grep -q'],
    ['/projects', NAME],
    ['/new', NAME],
    ['/system', 'Lanes'],
  ];
  for (const [path, text] of places) {
    await page.goto(`${stack.url}${path}`);
    await page.getByText(text).or(page.locator('textarea')).first().waitFor();
    await harmless(page);
  }
  await page.goto(`${stack.url}/batches/${batch.id}`);
  await page.getByRole('button', { name: 'Try failed again' }).click();
  await page.locator('[data-sonner-toast]').getByText(NAME).first().waitFor();
  await page.keyboard.press('Control+k');
  await page.getByRole('menuitem', { name: NAME }).first().waitFor();
  await harmless(page);
  expect(mistakes).toEqual([]);
  expect([...new Set(requests)]).toEqual([stack.url]);
  await page.context().close();
}, 120_000);

it('keeps colours of terminals and nothing else of what they act upon', async () => {
  const script = `run printf '%b' '${ESCAPES.join('\\n')}\\n'\nwrite x.txt X`;
  const project = await stack.project('terminal', { terminal: script });
  const batch = await stack.batch('Terminal', project, ['terminal']);
  const done = await stack.until(batch.id, ({ status }) => status === 'completed');
  const { page, mistakes } = await openPage(browser, 'narrow');
  await page.goto(await stack.loginLink(`/tasks/${done.tasks[0]?.id}?run=1-agent`));
  const log = page.getByRole('log');
  await log.locator('.ansi-red').getByText('red', { exact: true }).waitFor();
  const text = (await log.textContent()) ?? '';
  const shown = text.slice(text.indexOf('Result'));
  expect(shown).not.toContain('\u001b');
  expect(shown).not.toContain('\u202e');
  expect(shown).not.toContain('owned');
  expect(shown).not.toContain('evil');
  expect(shown).not.toContain('cm0gLXJm');
  expect(mistakes).toEqual([]);
  await page.context().close();
});
