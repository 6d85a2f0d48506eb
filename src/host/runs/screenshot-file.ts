/** Where the picture of an attempt lies. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { TaskId } from '../../contracts/ids.ts';
import type { StatePaths } from '../../platform/paths.ts';
import { listAttempts } from './run-directory.ts';

type Paths = Pick<StatePaths, 'runs'>;

/** Larger ones are not shown. */
const MAX_BYTES = 16 * 1024 * 1024;
const PNG_MAGIC = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Absolute path of an attempt's picture, whether it is there or not. */
export function screenshotFile(paths: Paths, task: TaskId, attempt: number): string {
  return join(paths.runs, task, String(attempt), 'screenshot.png');
}

/** True for the beginning of a PNG of a size that is shown. */
export function isPng(bytes: Buffer): boolean {
  return bytes.length <= MAX_BYTES && bytes.subarray(0, PNG_MAGIC.length).equals(PNG_MAGIC);
}

/** An attempt's picture in base64; null: there is none. */
export async function readScreenshot(paths: Paths, task: TaskId, attempt: number): Promise<string | null> {
  const bytes = await readFile(screenshotFile(paths, task, attempt)).catch(() => null);
  return bytes === null || !isPng(bytes) ? null : bytes.toString('base64');
}

/** Attempts that left a picture, in order. */
export async function listScreenshots(paths: Paths, task: TaskId): Promise<number[]> {
  const found: number[] = [];
  for (const attempt of listAttempts(paths, task)) {
    const there = await stat(screenshotFile(paths, task, attempt)).catch(() => null);
    if (there !== null) found.push(attempt);
  }
  return found;
}
