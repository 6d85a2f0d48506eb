/** A range of a log file: masked, cut at whole characters, with memory bounded whatever the file's size. */
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { LogRange } from '../../contracts/host-door.ts';
import type { Masker } from '../../platform/masking.ts';

/** Bytes returned at most when the caller names no bound. */
export const DEFAULT_WINDOW_BYTES = 256 * 1024;
const MAX_WINDOW_BYTES = 4 * 1024 * 1024;
/** The longest UTF-8 sequence: a window of it always makes progress. */
const MIN_WINDOW_BYTES = 4;
/** Read before and after the range, so that a secret across its border is seen whole: more than any private key. */
const CONTEXT_BYTES = 16 * 1024;

/** What to read. */
export interface WindowRequest {
  readonly file: string;
  /** In bytes; negative: from the end. */
  readonly offset: number;
  /** Clamped to 4 bytes ... 4 MB. */
  readonly maxBytes: number;
  /** True when nothing will be appended any more. */
  readonly ended: boolean;
  readonly masker: Masker;
}

/**
 * Reads a range. `nextOffset - offset` is the number of the file's bytes that `text` stands for. Of a live file, the
 * end of an unfinished line is held back as long as it could be the beginning of a secret.
 * @throws the operating system's error when the file cannot be opened
 */
export async function readWindow(request: WindowRequest): Promise<LogRange> {
  const handle = await open(request.file, 'r');
  try {
    return await readFrom(handle, request);
  } finally {
    await handle.close();
  }
}

async function readFrom(handle: FileHandle, request: WindowRequest): Promise<LogRange> {
  const { size } = await handle.stat();
  const wanted = Math.trunc(request.offset);
  const offset = Math.min(size, wanted < 0 ? Math.max(0, size + wanted) : wanted);
  const length = Math.min(MAX_WINDOW_BYTES, Math.max(MIN_WINDOW_BYTES, Math.trunc(request.maxBytes)));
  const from = Math.max(0, offset - CONTEXT_BYTES);
  const raw = await readFully(handle, from, Math.min(size, offset + length + CONTEXT_BYTES) - from);

  const atEnd = from + raw.length >= size;
  const whole = atEnd && (request.ended || raw.at(-1) === LINE_FEED);
  const masked = mask(raw, whole, request.masker);

  const begin = offset - from + restOfCharacter(raw, offset - from);
  const limit = Math.min(offset - from + length, masked.length);
  const last = request.ended && limit === raw.length && atEnd;
  const end = Math.max(begin, last ? limit : limit - unfinishedCharacter(raw.subarray(0, limit)));
  const nextOffset = from + end;
  return {
    text: masked.subarray(begin, end).toString('utf8'),
    offset: from + begin,
    nextOffset,
    totalBytes: size,
    ended: request.ended && nextOffset >= size,
  };
}

const LINE_FEED = 10;

async function readFully(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(Math.max(0, length));
  let done = 0;
  while (done < buffer.length) {
    const { bytesRead } = await handle.read(buffer, done, buffer.length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return buffer.subarray(0, done);
}

/** Shorter than `raw` when its end is not decided yet. */
function mask(raw: Buffer, whole: boolean, masker: Masker): Buffer {
  if (whole) return masker.maskBytes(raw);
  return masker.stream().push(raw);
}

/** How many bytes at `at` still belong to a character that began before; 0 at a character's beginning. */
function restOfCharacter(bytes: Buffer, at: number): number {
  const begun = unfinishedCharacter(bytes.subarray(0, at));
  if (begun === 0) return 0;
  let rest = 0;
  const lead = bytes[at - begun] ?? 0;
  while (begun + rest < sequenceLength(lead) && isContinuation(bytes[at + rest])) rest += 1;
  return begun + rest === sequenceLength(lead) ? rest : 0;
}

/** Bytes at the end that begin a UTF-8 sequence without finishing it; 0 for other bytes, valid or not. */
function unfinishedCharacter(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back];
    if (isContinuation(byte)) continue;
    return sequenceLength(byte ?? 0) > back ? back : 0;
  }
  return 0;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x80 && byte < 0xc0;
}

/** RFC 3629, section 3. */
function sequenceLength(lead: number): number {
  if (lead >= 0xf0 && lead < 0xf5) return 4;
  if (lead >= 0xe0) return lead < 0xf0 ? 3 : 1;
  return lead >= 0xc2 ? 2 : 1;
}
