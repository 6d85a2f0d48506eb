/**
 * A window onto one log: what the browser holds of it, in whole lines with their place in the file. It moves with the
 * reader and stays small, however long the log is.
 */
import type { LogRangeView } from '../../../src/contracts/log-views.ts';
import { api } from './api.ts';
import { createCell } from './cell.ts';
import type { Cell } from './cell.ts';
import { heldFromEnd, heldFromStart } from './log-held.ts';
import { bytesOf, closeRest, cutLines, withoutFirstLine } from './log-lines.ts';
import type { LogLine, Rest } from './log-lines.ts';

/** What is held. */
export interface LogState {
  readonly lines: readonly LogLine[];
  /** First byte held; 0: the log from its beginning. */
  readonly start: number;
  /** True while what is written appears by itself; false: the window ends before the log does. */
  readonly isAtEnd: boolean;
  readonly totalBytes: number;
  /** Nothing will be written any more. */
  readonly ended: boolean;
  readonly error: unknown;
  readonly loaded: boolean;
}

/** Names a log. */
export interface LogPlace {
  readonly task: string;
  readonly attempt: number;
  readonly step: string;
  readonly stream: 'stdout' | 'stderr';
}

/** See {@link openLog}. */
export interface LogWindow {
  readonly cell: Cell<LogState>;
  /** Reads the piece before the window, and lets go of its end. */
  readonly earlier: () => Promise<void>;
  /** Reads the piece behind the window, and lets go of its beginning; at the end it goes on by itself. */
  readonly later: () => Promise<void>;
  readonly close: () => void;
}

/** Where to begin: at the end, following; or around a byte. */
export type LogStart = { readonly at: 'end' } | { readonly at: 'byte'; readonly byte: number };

const PIECE_BYTES = 262_144;
/** Enough for the first look; the rest is read as one scrolls. */
const FIRST_BYTES = 32_768;
/** Read before a byte that one jumps to, so that there is something above it. */
const CONTEXT_BYTES = 16_384;
const EMPTY: LogState = {
  lines: [],
  start: 0,
  isAtEnd: false,
  totalBytes: 0,
  ended: false,
  error: null,
  loaded: false,
};

/** Opens a log and follows it from its end on. The window is for one look; `close` ends it. */
export function openLog(place: LogPlace, start: LogStart): LogWindow {
  const opened = new OpenedLog(place);
  opened.begin(start);
  return {
    cell: opened.cell,
    close: () => opened.close(),
    earlier: alone(() => opened.earlier()),
    later: alone(() => opened.later()),
  };
}

class OpenedLog {
  readonly cell = createCell<LogState>(EMPTY);
  readonly #place: LogPlace;
  readonly #closing = new AbortController();
  readonly #show = collected(this.cell);
  #following: AbortController | null = null;
  /** Text behind the last line feed that was read. */
  #rest: Rest = { offset: 0, text: '' };

  constructor(place: LogPlace) {
    this.#place = place;
  }

  begin(start: LogStart): void {
    const from = start.at === 'end' ? -FIRST_BYTES : Math.max(0, start.byte - CONTEXT_BYTES);
    this.#readAt(from, FIRST_BYTES)
      .then((first) => {
        const aligned = first.offset === 0 ? first : withoutFirstLine(first);
        this.#rest = { offset: aligned.offset, text: '' };
        this.#show((now) => ({ ...now, start: aligned.offset }));
        this.#goOn({ ...first, offset: aligned.offset, text: aligned.text });
      })
      .catch((error: unknown) => this.#fail(error));
  }

  close(): void {
    this.#closing.abort();
  }

  async earlier(): Promise<void> {
    const { start } = this.cell.get();
    if (start === 0) return;
    const from = Math.max(0, start - PIECE_BYTES);
    const piece = await this.#readAt(from, start - from);
    const aligned = piece.offset === 0 ? piece : withoutFirstLine(piece);
    const cut = cutLines({ offset: aligned.offset, text: '' }, aligned.text);
    const added = [...cut.lines, ...closeRest(cut.rest)];
    this.#show((now) => {
      const lines = heldFromStart(added, now.lines);
      const isWhole = lines.length === added.length + now.lines.length;
      if (!isWhole) this.#letGoOfEnd(lines.at(-1)?.end ?? aligned.offset);
      return { ...now, lines, start: aligned.offset, isAtEnd: now.isAtEnd && isWhole };
    });
  }

  async later(): Promise<void> {
    if (this.cell.get().isAtEnd) return;
    this.#goOn(await this.#readAt(this.#rest.offset + bytesOf(this.#rest.text), PIECE_BYTES));
  }

  #readAt(offset: number, maxBytes: number): Promise<LogRangeView> {
    const { task, ...query } = this.#place;
    const { signal } = this.#closing;
    return api.call('readLog', { params: { id: task }, query: { ...query, offset, maxBytes }, signal });
  }

  /** At the end of what there is it follows. */
  #goOn(range: LogRangeView): void {
    const isLast = range.nextOffset >= range.totalBytes;
    this.#append(range, isLast);
    if (!isLast || range.ended) return;
    this.#follow(range.nextOffset).catch((error: unknown) => this.#fail(error));
  }

  #append({ text, nextOffset, totalBytes, ended }: LogRangeView, isAtEnd: boolean): void {
    const cut = cutLines(this.#rest, text);
    const added = ended ? [...cut.lines, ...closeRest(cut.rest)] : cut.lines;
    this.#rest = ended ? { offset: nextOffset, text: '' } : cut.rest;
    this.#show((now) => ({
      ...now,
      ...heldFromEnd(now.lines, added, now.start),
      isAtEnd: isAtEnd || ended,
      totalBytes,
      ended,
      loaded: true,
    }));
  }

  async #follow(offset: number): Promise<void> {
    const own = new AbortController();
    this.#following = own;
    const signal = AbortSignal.any([own.signal, this.#closing.signal]);
    for await (const range of api.followLog({ ...this.#place, offset, signal })) this.#append(range, true);
    if (signal.aborted) return;
    const last = closeRest(this.#rest);
    this.#rest = { offset: this.#rest.offset, text: '' };
    this.#show((now) => ({ ...now, ended: true, ...heldFromEnd(now.lines, last, now.start) }));
  }

  #letGoOfEnd(end: number): void {
    this.#following?.abort();
    this.#following = null;
    this.#rest = { offset: end, text: '' };
  }

  #fail(error: unknown): void {
    if (!this.#closing.signal.aborted) this.#show((now) => ({ ...now, error, loaded: true }));
  }
}

/** Changes of one frame become one: a flood of output draws no more often than the screen does. */
function collected(cell: Cell<LogState>): (change: (now: LogState) => LogState) => void {
  let next: LogState | null = null;
  const flush = (): void => {
    if (next === null) return;
    cell.set(next);
    next = null;
  };
  return (change) => {
    if (next === null) {
      // A hidden page draws no frames.
      if (document.hidden) setTimeout(flush, 0);
      else requestAnimationFrame(flush);
    }
    next = change(next ?? cell.get());
  };
}

/** One at a time: a second call while one is under way is the same one. */
function alone(run: () => Promise<void>): () => Promise<void> {
  let underWay: Promise<void> | null = null;
  return async () => {
    underWay ??= run().finally(() => {
      underWay = null;
    });
    await underWay;
  };
}
