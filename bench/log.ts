/** A log of a gigabyte in the browser: opened at its end and at its beginning, read through, and what that costs. */
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { launchBrowser } from '../test/web/support/browser.ts';
import { startWebStack } from '../test/web/support/stack.ts';
import type { WebStack } from '../test/web/support/stack.ts';
import type { BenchOptions } from './run.ts';
import {
  drawnAt,
  heapBytes,
  milliseconds,
  numberIn,
  openPage,
  PRESS_FOLLOW,
  watchTexts,
} from './support/browser-page.ts';
import { median } from './support/numbers.ts';
import type { BenchResult } from './support/result.ts';

const GIGABYTE = 1024 ** 3;
const MB = 1_000_000;
const FIRST = 'the first line of a long log';
const LAST = 'the last line of a long log';
/** Times that one scrolls beyond what is held, in each direction; a piece has 256 KB. */
const SCROLLS = 40;
const SETTLE_MS = 150;

/** See above. The log is real lines all through: a file with holes would be one line. */
export async function log(options: BenchOptions): Promise<BenchResult> {
  await using cleanup = new AsyncDisposableStack();
  const stack = await startWebStack(null);
  cleanup.defer(() => stack.close());
  const browser = await launchBrowser();
  cleanup.defer(() => browser.close());
  const task = await endedTask(stack);
  const file = join(stack.state, 'runs', task, '1', 'agent', 'stdout');
  await writeGigabyte(file);
  cleanup.defer(() => rm(file, { force: true }));
  const path = `/tasks/${task}?view=raw`;
  const tail: number[] = [];
  const head: number[] = [];
  const end: number[] = [];
  const heap: number[] = [];
  for (let round = 0; round < (options.rounds ?? 5); round += 1) {
    const page = await openPage(stack, browser, '/system');
    tail.push(await timeTo(page, `${stack.url}${path}`, LAST));
    head.push(await timeTo(page, `${stack.url}${path}&at=0`, FIRST));
    await readOn(page, 1);
    await watchTexts(page, '.log', new RegExp(`(${LAST})`));
    await page.evaluate(PRESS_FOLLOW);
    end.push((await drawnAt(page, LAST)) - (await numberIn(page, 'window.__pressedAt')));
    await readOn(page, -1);
    heap.push((await heapBytes(page)) / MB);
    await page.context().close();
  }
  return {
    name: 'log',
    figures: [
      milliseconds('1 GB log: address until its last line', median(tail), 1000, tail),
      milliseconds('1 GB log: address until its first line', median(head), 1000, head),
      milliseconds('1 GB log: from the beginning to its end', median(end), 1000, end),
      {
        metric: 'heap after all that and 80 scrolls beyond its edges, most',
        unit: 'MB',
        ours: Math.max(...heap),
        floor: null,
        target: { of: 'value', atMost: 80 },
        rounds: heap,
        floorRounds: [],
      },
    ],
    notes: ['Times are until the frame after the line came, by the clock of the machine.'],
  };
}

async function endedTask(stack: WebStack): Promise<string> {
  const project = await stack.project('long', { log: 'write a.txt A' });
  const { id } = await stack.batch('Long', project, ['log']);
  const { tasks } = await stack.until(id, ({ status }) => status === 'completed');
  const [task] = tasks;
  if (task === undefined) throw new Error('The batch has no task.');
  return task.id;
}

async function writeGigabyte(file: string): Promise<void> {
  const piece = Buffer.from('a case of the suite \u001b[32mpasses\u001b[0m, and so does the next one\n'.repeat(20_000));
  const handle = await open(file, 'w');
  await handle.write(`${FIRST}\n`);
  for (let bytes = 0; bytes < GIGABYTE; bytes += piece.length) await handle.write(piece);
  await handle.write(`${LAST}\n`);
  await handle.close();
}

async function timeTo(page: Page, address: string, text: string): Promise<number> {
  const begunAt = Date.now();
  await page.goto(address);
  await watchTexts(page, '#root', new RegExp(`(${text})`));
  return (await drawnAt(page, text)) - begunAt;
}

/** Reads on as one does who scrolls to the edge of what is there, again and again. */
async function readOn(page: Page, direction: 1 | -1): Promise<void> {
  for (let at = 0; at < SCROLLS; at += 1) {
    await page.locator('.log-box').evaluate((box, sign) => {
      box.scrollTo(0, sign > 0 ? box.scrollHeight : 0);
    }, direction);
    await page.waitForTimeout(SETTLE_MS);
  }
}
