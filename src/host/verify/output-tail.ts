/** The end of a run's output, for people and for the next prompt. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Masker } from '../../platform/masking.ts';
import { RUN_FILES } from '../runs/run-directory.ts';

const TAIL_BYTES = 4096;
/** Read before the tail, so that a secret across its border is masked whole. */
const CONTEXT_BYTES = 16 * 1024;

/** Last 4 KB of a run's stdout, masked, from the beginning of a line if one begins there; empty without output. */
export async function readTail(directory: string, masker: Masker): Promise<string> {
  const handle = await open(join(directory, RUN_FILES.stdout), 'r').catch(() => null);
  if (handle === null) return '';
  try {
    const { size } = await handle.stat();
    const from = Math.max(0, size - TAIL_BYTES - CONTEXT_BYTES);
    const buffer = Buffer.alloc(size - from);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, from);
    const masked = masker.maskBytes(buffer.subarray(0, bytesRead));
    if (masked.length <= TAIL_BYTES) return masked.toString('utf8');
    const tail = masked.subarray(masked.length - TAIL_BYTES);
    const lineFeed = tail.indexOf(10);
    const begin = lineFeed === -1 || lineFeed === tail.length - 1 ? firstCharacter(tail) : lineFeed + 1;
    return tail.subarray(begin).toString('utf8');
  } finally {
    await handle.close();
  }
}

/** UTF-8 continuation bytes at the beginning belong to a character that was cut. */
function firstCharacter(bytes: Buffer): number {
  let at = 0;
  while (at < 3 && ((bytes[at] ?? 0) & 0xc0) === 0x80) at += 1;
  return at;
}
