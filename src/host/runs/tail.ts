/** Reading a growing log line by line in bounded memory, from any line start, without losing or doubling a byte. */
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { errorCode } from './run-directory.ts';

/** Longest line that is kept; the rest of a longer one is skipped. */
export const MAX_LINE_BYTES = 1024 * 1024;
const CHUNK_BYTES = 256 * 1024;
const NEWLINE = 0x0a;

/** One line of a log. */
export interface TailLine {
  /** Without its newline; bytes that are no UTF-8 as U+FFFD, NULs as they are. */
  readonly text: string;
  /** Where it begins in the file, in bytes. */
  readonly offset: number;
  /** Length in the file with the newline. */
  readonly bytes: number;
  /** It was longer than {@link MAX_LINE_BYTES}; `text` is its beginning. */
  readonly truncated: boolean;
}

/** Tails one file. Not for calls at the same time. */
export class RunTail {
  readonly #file: string;
  readonly #buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  #handle: FileHandle | null = null;
  #position: number;
  #lineStart: number;
  #parts: Buffer[] = [];
  #kept = 0;

  /** `offset`: start of a line, usually {@link resumeOffset} of an earlier tail. The file may not exist yet. */
  constructor(file: string, offset = 0) {
    this.#file = file;
    this.#position = offset;
    this.#lineStart = offset;
  }

  /** Bytes read so far. */
  get position(): number {
    return this.#position;
  }

  /** Start of the first line that was not returned yet: where a new tail goes on. */
  get resumeOffset(): number {
    return this.#lineStart;
  }

  /**
   * Complete lines among the next bytes, at most 256 KB of them, so that a caller who is far behind can breathe.
   * `more` is false when the present end was reached.
   */
  async read(): Promise<{ readonly lines: readonly TailLine[]; readonly more: boolean }> {
    this.#handle ??= await openIfAny(this.#file);
    if (this.#handle === null) return { lines: [], more: false };
    const { bytesRead } = await this.#handle.read(this.#buffer, 0, CHUNK_BYTES, this.#position);
    this.#position += bytesRead;
    return { lines: this.#split(this.#buffer.subarray(0, bytesRead)), more: bytesRead === CHUNK_BYTES };
  }

  /** What stands after the last newline, once the writer is gone; null if nothing does. */
  flush(): TailLine | null {
    const bytes = this.#position - this.#lineStart;
    return bytes === 0 ? null : this.#take(this.#position);
  }

  /** Closes the file. */
  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = null;
  }

  #split(chunk: Buffer): TailLine[] {
    const lines: TailLine[] = [];
    const chunkStart = this.#position - chunk.length;
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      this.#keep(chunk.subarray(from, at));
      from = at + 1;
      lines.push(this.#take(chunkStart + from));
    }
    this.#keep(chunk.subarray(from));
    return lines;
  }

  /** Copies, because the buffer is used again. */
  #keep(bytes: Buffer): void {
    const room = Math.min(bytes.length, MAX_LINE_BYTES - this.#kept);
    if (room <= 0) return;
    this.#parts.push(Buffer.from(bytes.subarray(0, room)));
    this.#kept += room;
  }

  #take(end: number): TailLine {
    const kept = Buffer.concat(this.#parts);
    const bytes = end - this.#lineStart;
    const line = {
      text: kept.toString('utf8'),
      offset: this.#lineStart,
      bytes,
      truncated: kept.length === MAX_LINE_BYTES && bytes > MAX_LINE_BYTES + 1,
    };
    this.#parts = [];
    this.#kept = 0;
    this.#lineStart = end;
    return line;
  }
}

async function openIfAny(file: string): Promise<FileHandle | null> {
  try {
    return await open(file, 'r');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
