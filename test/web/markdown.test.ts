/** Markdown that wants to be more than text: nothing of it runs, loads, hides where it leads, or stops the page. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { launchBrowser } from './support/browser.ts';
import { startWebStack } from './support/stack.ts';
import type { WebProject, WebStack } from './support/stack.ts';
import { openPage } from './support/watch.ts';

/** Markdown -> a text that must be seen all the same; null: nothing of it needs to be. */
const CORPUS: readonly (readonly [markdown: string, seen: string | null])[] = [
  ['<script>document.hit=1</script>', 'document.hit=1'],
  ['a <img src=x onerror="document.hit=2"> b', 'onerror="document.hit=2"'],
  ['<svg onload=document.hit=3><a xlink:href="javascript:document.hit=3">', 'document.hit=3'],
  ['<iframe srcdoc="<script>parent.document.hit=4</script>"></iframe>', 'srcdoc'],
  ['<details open ontoggle=document.hit=5>\n\nx\n\n</details>', 'ontoggle'],
  ['<style>body{display:none}</style>', 'display:none'],
  ['<form action=https://evil.example><button>go</button></form>', 'action='],
  ['[a](javascript:document.hit=6)', 'a'],
  ['[b](JaVaScRiPt&colon;document.hit=7)', 'b'],
  ['[c](\u0001javascript:document.hit=8)', null],
  ['[d](vbscript:document.hit=9)', 'd'],
  ['[e](data:text/html;base64,PHNjcmlwdD4=)', 'e'],
  ['<javascript:document.hit=10>', null],
  ['[f]: javascript:document.hit=11\n\n[f]', 'f'],
  ['![pixel](https://evil.example/pixel.png)', '[image: pixel]'],
  ['![x](//evil.example/p.png "t") ![][i]\n\n[i]: https://evil.example/i.png', '[image: x]'],
  ['[good bank](https://evil.example/login)', '(evil.example)'],
  ['[x](//evil.example)', 'x'],
  ['[code](#code=stolen)', 'code'],
  ['[up](/api/session)', 'up'],
  ['www.evil.example and me@evil.example', 'evil.example'],
  ['| a | b |\n|---|---|\n| <b onmouseover=document.hit=12>x</b> | `<i>` |', 'onmouseover'],
  ['footnote[^1]\n\n[^1]: <img src=x onerror=document.hit=13>', 'document.hit=13'],
  ['```js"><script>document.hit=14</script>\nx\n```', 'x'],
  ['<a id="main" name="location" href="https://evil.example">clobber</a>', 'clobber'],
  ['&lt;script&gt;document.hit=15&lt;/script&gt;', 'document.hit=15'],
  ['\u202Ereversed\u202C', 'reversed'],
];
/** What is slow or deep for a parser. */
const HEAVY: readonly string[] = [
  '>'.repeat(20_000),
  '- - - - - x\n'.repeat(50),
  '- '.repeat(5000),
  `${'['.repeat(10_000)}x${']'.repeat(10_000)}`,
  '*a'.repeat(20_000),
  '_'.repeat(50_000),
  `${'`'.repeat(5000)} ${'`'.repeat(4999)}`,
  `|${'a|'.repeat(3000)}\n|${'-|'.repeat(3000)}\n|${'b|'.repeat(3000)}`,
  '![a]('.repeat(5000),
  '<'.repeat(30_000),
];
const HEAVY_MS = 15_000;

let stack: WebStack;
let browser: Browser;
let project: WebProject;
beforeAll(async () => {
  [stack, browser] = await Promise.all([startWebStack(inject('temporalAddress')), launchBrowser()]);
  project = await stack.project('hostile-markdown', {});
});
afterAll(async () => {
  await browser.close();
  await stack.close();
});

async function openEditor() {
  const opened = await openPage(browser, 'wide');
  const requests: string[] = [];
  opened.page.on('request', (request) => requests.push(new URL(request.url()).origin));
  await opened.page.goto(await stack.loginLink(`/projects/${project.view.id}?write=new`));
  const field = opened.page.getByLabel('Markdown', { exact: true });
  await field.waitFor();
  return { ...opened, requests, field, preview: opened.page.getByRole('region', { name: 'Preview' }) };
}

/** Nothing ran, nothing of it is an element that could, and every link says where it leads. */
async function harmless(page: Page): Promise<unknown> {
  return await page.evaluate(`({
    hit: document.hit ?? null,
    title: document.title,
    elements: [...document.querySelectorAll('.markdown :is(script, img, iframe, svg, style, form, button, input, details, object, [onerror], [onload], [id=main], [name])')].map((each) => each.outerHTML),
    links: [...document.querySelectorAll('.markdown a')].filter((each) => !(/^(https?|mailto):/.test(each.getAttribute('href')) && each.rel.includes('noopener') && each.textContent.includes(each.host || each.pathname))).map((each) => each.outerHTML),
  })`);
}

it('shows a hostile corpus as text, and asks nobody else for anything', async () => {
  const { page, mistakes, requests, field, preview } = await openEditor();
  const title = await page.title();
  for (const [markdown, seen] of CORPUS) {
    await field.fill(`${markdown}\n\nend of ${CORPUS.findIndex(([each]) => each === markdown)}.`);
    await preview.getByText(`end of ${CORPUS.findIndex(([each]) => each === markdown)}.`).waitFor();
    if (seen !== null)
      expect([markdown, await preview.textContent()]).toEqual([markdown, expect.stringContaining(seen)]);
    expect([markdown, await harmless(page)]).toEqual([markdown, { hit: null, title, elements: [], links: [] }]);
  }
  await field.fill(CORPUS.map(([markdown]) => markdown).join('\n\n'));
  await preview.getByText('[image: pixel]').waitFor();
  expect(await harmless(page)).toEqual({ hit: null, title, elements: [], links: [] });
  expect([...new Set(requests)]).toEqual([stack.url]);
  expect(mistakes).toEqual([]);
  await page.context().close();
});

it('stays usable with texts that are made to stop a parser', async () => {
  const { page, mistakes, field, preview } = await openEditor();
  for (const [at, text] of HEAVY.entries()) {
    const begunMs = performance.now();
    await field.fill(`seen ${at}\n\n${text}`);
    await preview.getByText(`seen ${at}`).first().waitFor({ timeout: 30_000 });
    expect([at, performance.now() - begunMs]).toEqual([at, expect.toSatisfy((ms: number) => ms < HEAVY_MS)]);
  }
  expect(mistakes).toEqual([]);
  await page.context().close();
}, 180_000);
