/** Logs in the browser: latency, long ones, and what they cost. What is written is written as the agent writes. */
import { appendFile, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import type { WebStack } from '../../test/web/support/stack.ts';
import { drawnAt, heapBytes, milliseconds, numberIn, openPage, PRESS_FOLLOW, watchTexts } from './browser-page.ts';
import { median, percentile } from './numbers.ts';
import type { Figure } from './result.ts';

const MARKS = 60;
const PAUSE_MS = 120;
const LONG_LINES = 100_000;
const STREAMED_LINES = 1_000_000;
const CHUNK_LINES = 20_000;
const MB = 1_000_000;

/** `task` is at work and stays so; its log is written to. */
export async function logFigures(stack: WebStack, browser: Browser, task: string, rounds: number): Promise<Figure[]> {
  const file = join(stack.state, 'runs', task, '1', 'agent', 'stdout');
  const path = `/tasks/${task}?view=raw`;
  const latency = await latencies(stack, browser, path, file);
  const heap = await streamed(stack, browser, path, file);
  await writeFile(file, lines(0, LONG_LINES));
  const long = await longLog(stack, browser, path, rounds);
  return [
    milliseconds('log byte written until drawn, p50', median(latency), 100, latency),
    milliseconds('log byte written until drawn, p99', percentile(latency, 99), 250, latency),
    milliseconds('100,000-line log: address until first line', median(long.first), 300, long.first),
    milliseconds('100,000-line log: from the beginning to its end', median(long.end), 100, long.end),
    {
      metric: 'heap after 1,000,000 streamed lines',
      unit: 'MB',
      ours: heap,
      floor: null,
      target: { of: 'value', atMost: 80 },
      rounds: [heap],
      floorRounds: [],
    },
  ];
}

async function latencies(stack: WebStack, browser: Browser, path: string, file: string): Promise<number[]> {
  const page = await openPage(stack, browser, path);
  await page.getByText('growing').waitFor();
  await watchTexts(page, '.log', /mark-(\d+)-/);
  const times: number[] = [];
  for (let mark = 0; mark < MARKS; mark += 1) {
    const writtenAt = Date.now();
    await appendFile(file, `mark-${mark}- is written at ${writtenAt}\n`);
    times.push((await drawnAt(page, `${mark}`)) - writtenAt);
    await sleep(PAUSE_MS + Math.random() * PAUSE_MS);
  }
  await page.context().close();
  return times;
}

async function streamed(stack: WebStack, browser: Browser, path: string, file: string): Promise<number> {
  const page = await openPage(stack, browser, path);
  await page.getByText('growing').waitFor();
  const handle = await open(file, 'a');
  for (let at = 0; at < STREAMED_LINES; at += CHUNK_LINES) {
    await handle.write(lines(at, at + CHUNK_LINES));
    await sleep(PAUSE_MS);
  }
  await handle.close();
  await page.getByText(lastLine(STREAMED_LINES)).waitFor({ timeout: 120_000 });
  const heap = await heapBytes(page);
  await page.context().close();
  return heap / MB;
}

async function longLog(stack: WebStack, browser: Browser, path: string, rounds: number) {
  const first: number[] = [];
  const end: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const page = await openPage(stack, browser, '/system');
    const begunAt = Date.now();
    await page.goto(`${stack.url}${path}&at=0`);
    await watchTexts(page, '#root', /(line 000000) /);
    first.push((await drawnAt(page, 'line 000000')) - begunAt);
    await watchTexts(page, '.log', new RegExp(`(${lastLine(LONG_LINES)})`));
    await page.evaluate(PRESS_FOLLOW);
    end.push((await drawnAt(page, lastLine(LONG_LINES))) - (await numberIn(page, 'window.__pressedAt')));
    await page.context().close();
  }
  return { first, end };
}

function lines(from: number, to: number): string {
  const text = Array.from(
    { length: to - from },
    (_, at) => `line ${number(from + at)} \u001b[32mok\u001b[0m: a case of the suite passes`,
  );
  return `${text.join('\n')}\n`;
}

function lastLine(count: number): string {
  return `line ${number(count - 1)}`;
}

function number(value: number): string {
  return String(value).padStart(6, '0');
}
