/** The end of what a run printed. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';

/** The last `bytes` of a file of a run directory as text; empty when there is none. */
export async function tailOf(directory: string, name: string, bytes: number): Promise<string> {
  const handle = await open(join(directory, name), 'r').catch(() => null);
  if (handle === null) return '';
  try {
    const { size } = await handle.stat();
    const buffer = Buffer.alloc(Math.min(size, bytes));
    await handle.read(buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString('utf8');
  } finally {
    await handle.close();
  }
}
