/** Whether there is room to begin: an agent that runs out of it in its work does harm. */
import { statfs } from 'node:fs/promises';
import { AppError } from '../../contracts/errors.ts';

/** Free bytes below which nothing is begun. */
const MIN_FREE_BYTES = 200 * 1024 ** 2;

/**
 * Returns if every one of `folders` has room. One that is not there is for others to find out.
 * @throws AppError disk_low with the folder and what is free
 */
export async function assertDiskFree(folders: readonly string[], minBytes = MIN_FREE_BYTES): Promise<void> {
  for (const folder of folders) {
    const found = await statfs(folder).catch(() => null);
    if (found === null) continue;
    const freeBytes = found.bavail * found.bsize;
    if (freeBytes >= minBytes) continue;
    const text = `${megabytes(freeBytes)} MB are free at ${folder}; a task begins with ${megabytes(minBytes)} MB.`;
    throw new AppError('disk_low', text, { details: { folder, freeBytes, minBytes } });
  }
}

function megabytes(bytes: number): number {
  return Math.floor(bytes / 1024 ** 2);
}
