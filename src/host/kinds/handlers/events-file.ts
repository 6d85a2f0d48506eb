/**
 * What happened in a project while a handler's run goes on: a file of its directory, a line for each event. Told by the
 * process that has the journal, read by the handler's: it is there whatever of ours dies meanwhile.
 */
import { appendFile, open } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { EventView } from '../../../contracts/views.ts';
import type { TaskId } from '../../../contracts/ids.ts';
import type { StatePaths } from '../../../platform/paths.ts';
import { listAttempts, listSteps, RUN_FILES, runDirectory } from '../../runs/run-directory.ts';
import { EVENTS_FILE } from './protocol.ts';

/** Room for the longest line; the newest whole one is wanted. */
const TAIL_BYTES = 64 * 1024;

/**
 * Tells the run that the task's handler has now of events that it was not told before.
 * @param events rising by `seq`; none: asks only
 * @returns number of the last event that it was told, 0 when it was told none; null when no run of it goes on
 */
export async function tellHandler(
  paths: Pick<StatePaths, 'runs'>,
  task: TaskId,
  events: readonly EventView[],
): Promise<number | null> {
  const directory = openRun(paths, task);
  if (directory === null) return null;
  const file = join(directory, EVENTS_FILE);
  const { lastSeq, isWhole } = await lastOf(file);
  const fresh = events.filter(({ seq }) => seq > lastSeq);
  const last = fresh.at(-1);
  if (last === undefined) return lastSeq;
  const lines = fresh.map((event) => `${JSON.stringify(event)}\n`).join('');
  // A line that a dying process left unfinished stays by itself; its event comes again.
  await appendFile(file, isWhole ? lines : `\n${lines}`, { mode: 0o600 });
  return last.seq;
}

/** Directory of the run of the newest attempt that has not ended. */
function openRun(paths: Pick<StatePaths, 'runs'>, task: TaskId): string | null {
  const attempt = listAttempts(paths, task).at(-1);
  if (attempt === undefined) return null;
  const steps = listSteps(paths, task, attempt).filter((step) => step === 'agent' || step.startsWith('fix-'));
  const open = steps
    .map((step) => runDirectory(paths, task, attempt, step))
    .find((each) => existsSync(join(each, RUN_FILES.order)) && !existsSync(join(each, RUN_FILES.exit)));
  return open ?? null;
}

async function lastOf(file: string): Promise<{ lastSeq: number; isWhole: boolean }> {
  if (!existsSync(file)) return { lastSeq: 0, isWhole: true };
  await using handle = await open(file, 'r');
  const { size } = await handle.stat();
  const start = Math.max(0, size - TAIL_BYTES);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start);
  const text = buffer.subarray(0, bytesRead).toString('utf8');
  const last = text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .findLast((line) => /^\{"seq":\d+,/.test(line));
  return { lastSeq: Number(/\d+/.exec(last ?? '0')?.[0]), isWhole: text === '' || text.endsWith('\n') };
}
