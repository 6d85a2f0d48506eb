/** Following a run that somebody started: re-attaches, reads, and says when to stop. Starts and ends nothing. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../contracts/errors.ts';
import { systemClock } from '../../platform/clock.ts';
import { RUN_FILES } from './run-directory.ts';
import { inspectRun } from './status.ts';
import type { RunExit, RunStatus } from './status.ts';
import { RunTail } from './tail.ts';
import type { TailLine } from './tail.ts';
import { watchDirectory } from './watch-directory.ts';

/** Where a watched run is. */
export interface WatchTick {
  /** Bytes of stdout read. */
  readonly bytes: number;
  /** Start of the first line that was not handed out: where a later watch may go on. */
  readonly resumeOffset: number;
  /** Milliseconds since the last byte of output. */
  readonly silentMs: number;
}

/** Options of {@link watchRun}. */
export interface WatchOptions {
  /** Complete lines of stdout, in order, each once; the last one also without a newline once the run has ended. */
  readonly onLines: (lines: readonly TailLine[]) => void | Promise<void>;
  /** About every `pollMs`, the first time at once. */
  readonly onTick?: (tick: WatchTick) => void | Promise<void>;
  readonly pollMs: number;
  /** Ends the watch, not the run, by rejecting with its reason. */
  readonly signal?: AbortSignal;
  /** Whether the lines so far hold the program's final result. */
  readonly isFinal: () => boolean;
  /** Silence after the final result that is waited for the program to leave. */
  readonly lingerAfterFinalMs: number;
  /** Silence that counts as a stall; null: none does. */
  readonly stallTimeoutMs: number | null;
  /** Start of the line of stdout to begin with; default 0. */
  readonly startOffset?: number;
}

/**
 * Why a watch ended. `lost`: the run is gone and nobody knows how it ended. `stalled`, `lingering`: it lives, and the
 * caller should terminate it; `lingering` (the final result was seen) also stands for a run that was lost after it.
 */
export type WatchEnd =
  | { readonly ended: 'exited'; readonly exit: RunExit }
  | { readonly ended: 'lost' }
  | { readonly ended: 'stalled' }
  | { readonly ended: 'lingering' };

/**
 * Watches the run in `dir` until it ends or has to be ended.
 * @throws AppError run_not_found when nobody launched it; whatever `onLines`, `onTick` or the signal's reason throw
 */
export async function watchRun(dir: string, options: WatchOptions): Promise<WatchEnd> {
  const tail = new RunTail(join(dir, RUN_FILES.stdout), options.startOffset ?? 0);
  const silence = startSilence(dir, options);
  const changes = openChanges(dir);
  const onAbort = (): void => changes.close();
  options.signal?.addEventListener('abort', onAbort, { once: true });
  try {
    // What is read first was written before: it says nothing about now.
    let catchingUp = true;
    let tickAt = 0;
    for (;;) {
      options.signal?.throwIfAborted();
      // The status first: what was written before the end is read after it was seen.
      const status = await inspectRun(dir);
      if ((await drain(tail, options)) && !catchingUp) silence.reset();
      catchingUp = false;
      if (status.status === 'unclaimed') throw new AppError('run_not_found', `No run was started in ${dir}.`);
      if (status.status === 'exited' || status.status === 'lost') {
        const rest = tail.flush();
        if (rest !== null) await options.onLines([rest]);
        return endOf(status, options);
      }
      const silentMs = silence.ms();
      if (systemClock.monotonicMs() >= tickAt) {
        tickAt = systemClock.monotonicMs() + options.pollMs;
        await options.onTick?.({ bytes: tail.position, resumeOffset: tail.resumeOffset, silentMs });
      }
      const limitMs = options.isFinal() ? options.lingerAfterFinalMs : options.stallTimeoutMs;
      if (limitMs !== null && silentMs >= limitMs) return { ended: options.isFinal() ? 'lingering' : 'stalled' };
      await changes.next(Math.min(options.pollMs, limitMs === null ? options.pollMs : limitMs - silentMs));
    }
  } finally {
    options.signal?.removeEventListener('abort', onAbort);
    changes.close();
    await tail.close();
  }
}

function endOf(
  status: Extract<RunStatus, { status: 'exited' | 'lost' }>,
  options: Pick<WatchOptions, 'isFinal'>,
): WatchEnd {
  if (status.status === 'exited') return { ended: 'exited', exit: status.exit };
  return { ended: options.isFinal() ? 'lingering' : 'lost' };
}

/** @throws AppError run_not_found when the directory does not exist */
function openChanges(dir: string): ReturnType<typeof watchDirectory> {
  if (statSync(dir, { throwIfNoEntry: false }) === undefined) {
    throw new AppError('run_not_found', `No run was started in ${dir}.`);
  }
  return watchDirectory(dir);
}

/** Reads to the present end; true if there was anything. */
async function drain(tail: RunTail, options: WatchOptions): Promise<boolean> {
  const before = tail.position;
  for (;;) {
    const { lines, more } = await tail.read();
    if (lines.length > 0) await options.onLines(lines);
    if (!more) return tail.position > before;
    options.signal?.throwIfAborted();
  }
}

/**
 * Silence by the monotonic clock, which stands still while the machine sleeps. At the start it is what the log's age
 * says, but at most half of the stall time, so that a program that slept with its machine can speak first.
 */
function startSilence(dir: string, options: WatchOptions): { ms(): number; reset(): void } {
  const changed = statSync(join(dir, RUN_FILES.stdout), { throwIfNoEntry: false })?.mtimeMs;
  const age = changed === undefined ? 0 : Math.max(0, systemClock.now() - changed);
  const credit = Math.min(age, (options.stallTimeoutMs ?? 0) / 2);
  let since = systemClock.monotonicMs() - credit;
  return {
    ms: () => systemClock.monotonicMs() - since,
    reset: () => {
      since = systemClock.monotonicMs();
    },
  };
}
