/** A folder of one run for whatever it likes: made before it begins, gone when it has ended. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Its path, inside the run's own directory. */
export function temporaryDirectory(directory: string): string {
  return join(directory, 'tmp');
}

/** Makes it, with the run's directory around it. */
export async function makeTemporaryDirectory(directory: string): Promise<void> {
  await mkdir(temporaryDirectory(directory), { recursive: true, mode: 0o700 });
}

/** Removes it with everything in it. */
export async function removeTemporaryDirectory(directory: string): Promise<void> {
  await rm(temporaryDirectory(directory), { recursive: true, force: true });
}
