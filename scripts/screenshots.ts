/**
 * Pictures of the screens, on the real stack with scripted agents, in the browser of the tests:
 * `node scripts/screenshots.ts` renews those of the documents in `docs/images`; with a folder it takes every screen in
 * both themes and two widths into it, to be looked at; with a pattern besides, only those whose names it fits.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { argv, stdout } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { launchBrowser } from '../test/web/support/browser.ts';
import { makeNight } from '../test/web/support/night.ts';
import type { Night } from '../test/web/support/night.ts';
import { startWebStack } from '../test/web/support/stack.ts';
import type { WebStack } from '../test/web/support/stack.ts';

const SIZES = { wide: { width: 1280, height: 800 }, narrow: { width: 320, height: 720 } } as const;
const SETTLE_MS = 900;
/** The checks of the machine start programs, which takes its time beside other work. */
const LOAD_MS = 120_000;
/** What the documents show: screen and theme. */
const IN_DOCUMENTS: readonly string[] = [
  'tonight-light',
  'tonight-dark',
  'batch-light',
  'task-dark',
  'changes-light',
  'report-light',
  'project-light',
  'requirement-light',
  'settings-dark',
];

/** Screen -> its address. */
function screens(night: Night, trial: string): Record<string, string> {
  return {
    tonight: '/',
    batch: `/batches/${night.working}`,
    'batch-held': `/batches/${night.held}`,
    task: `/tasks/${night.runningTask}`,
    'task-failed': `/tasks/${night.failedTask}`,
    changes: `/tasks/${night.doneTask}?part=changes`,
    'changes-split': `/tasks/${night.doneTask}?part=changes&view=split`,
    checks: `/tasks/${night.failedTask}?part=checks`,
    prompt: `/tasks/${night.doneTask}?part=prompt`,
    'task-raw': `/tasks/${night.runningTask}?view=raw`,
    report: '/report',
    projects: '/projects',
    project: `/projects/${night.project}`,
    'project-chosen': `/projects/${night.project}?status=pending`,
    requirement: `/projects/${night.project}?edit=checkout-keeps-the-cart`,
    'requirement-new': `/projects/${night.project}?write=new`,
    'project-asked': `/projects/${night.askedProject}`,
    proposals: `/projects/${night.askedProject}?result=${night.askedTask}`,
    settings: `/projects/${night.project}?part=settings`,
    check: `/projects/${night.project}?part=check`,
    'settings-tried': `/projects/${night.project}?part=settings&trial=${trial}`,
    inbox: '/inbox',
    new: '/new',
    system: '/system',
  };
}

/** As one sees it when everything is there. */
async function take(page: Page, file: string): Promise<void> {
  await sleep(SETTLE_MS);
  // The page allows no evaluation of its own, which waiting for a function would be.
  for (const deadline = performance.now() + LOAD_MS; (await page.locator('.loading').count()) > 0;) {
    if (performance.now() > deadline) throw new Error(`${file}: something was still loading.`);
    await sleep(SETTLE_MS / 10);
  }
  await sleep(SETTLE_MS / 2);
  // What is to be looked at is looked at whole; a picture in a document is one window.
  await page.screenshot({ path: file, fullPage: given !== undefined });
  stdout.write(`${file}\n`);
}

/** A try of the project's verification, when it is over. */
async function tried({ client }: WebStack, project: string): Promise<string> {
  const { taskId } = await client.call('tryVerification', { params: { id: project } });
  for (const deadline = performance.now() + LOAD_MS; performance.now() < deadline; await sleep(SETTLE_MS / 2)) {
    const { status } = await client.call('verifyTrial', { params: { id: taskId } });
    if (status === 'completed') return taskId;
  }
  throw new Error('The try of the verification did not end.');
}

const given = argv[2];
const folder = given ?? fileURLToPath(new URL('../docs/images', import.meta.url));
await mkdir(folder, { recursive: true });
await using cleanup = new AsyncDisposableStack();
const stack = await startWebStack(null);
cleanup.defer(() => stack.close());
const browser = await launchBrowser();
cleanup.defer(() => browser.close());
if (given !== undefined) {
  const page = await browser.newPage({ viewport: SIZES.wide, colorScheme: 'light' });
  await page.goto(stack.url);
  await take(page, join(folder, 'login-light.png'));
  await page.goto(await stack.loginLink());
  await take(page, join(folder, 'first-run-light.png'));
}
const night = await makeNight(stack);
const trial = await tried(stack, night.project);
const wanted = new RegExp(argv[3] ?? '');
const places = Object.entries(screens(night, trial)).filter(([name]) => wanted.test(name));
for (const colorScheme of ['light', 'dark'] as const) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    if (size === 'narrow' && given === undefined) continue;
    const page = await browser.newPage({ viewport, colorScheme });
    await page.goto(await stack.loginLink());
    for (const [name, path] of places) {
      if (given === undefined && !IN_DOCUMENTS.includes(`${name}-${colorScheme}`)) continue;
      await page.goto(`${stack.url}${path}`);
      await take(page, join(folder, `${name}-${colorScheme}${size === 'wide' ? '' : '-narrow'}.png`));
    }
    await page.close();
  }
}
