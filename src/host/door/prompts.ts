/** Prompts of an attempt, as its runs got them. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { SentPrompt } from '../../contracts/host-door-inspect.ts';
import type { TaskId } from '../../contracts/ids.ts';
import type { Masker } from '../../platform/masking.ts';
import type { StatePaths } from '../../platform/paths.ts';
import { RUN_FILES } from '../runs/run-directory.ts';
import { listRuns } from './logs.ts';

const MAX_BYTES = 256 * 1024;

/** In the order of the runs; empty when the attempt left none. */
export async function prompts(
  paths: Pick<StatePaths, 'runs'>,
  task: TaskId,
  attempt: number,
  masker: Masker,
): Promise<SentPrompt[]> {
  const runs = listRuns(paths, task).filter((run) => run.attempt === attempt);
  const found = await Promise.all(
    runs.map(async ({ step, directory }) => {
      const read = await readStart(join(directory, RUN_FILES.prompt));
      return read === null ? [] : [{ step, text: masker.maskBytes(read.start).toString('utf8'), bytes: read.bytes }];
    }),
  );
  return found.flat();
}

/** The first 256 KB and the size of a file; null when there is none. */
async function readStart(file: string): Promise<{ start: Buffer; bytes: number } | null> {
  const handle = await open(file, 'r').catch(() => null);
  if (handle === null) return null;
  try {
    const { size } = await handle.stat();
    const buffer = Buffer.alloc(Math.min(size, MAX_BYTES));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    return { start: buffer.subarray(0, bytesRead), bytes: size };
  } finally {
    await handle.close();
  }
}
