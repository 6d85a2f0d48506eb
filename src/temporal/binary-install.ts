/** Puts a fetched server program into the cache so that nobody ever sees half of it. */
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../platform/environment.ts';
import { probeBinary } from './binary-probe.ts';
import type { ProbedBinary } from './binary-probe.ts';
import { PINNED_CLI_VERSION } from './pinned-version.ts';

const SCRATCH_PREFIX = 'fetching-';
const SCRATCH_MAX_AGE_MS = 3_600_000;

/**
 * Runs `fetchInto(scratch)`, which leaves the program in its scratch folder and returns its path, proves that the
 * program runs, and moves it to `<folder>/temporal` (mode 0755). Whoever fetches at the same time has another scratch
 * folder; the last one wins with an equal file. Scratch folders that a crash left are removed after an hour.
 * @throws Error when fetching failed, the program does not run here, or it is not the pinned version
 */
export async function installBinary(
  folder: string,
  environment: Pick<Environment, 'path' | 'raw'>,
  fetchInto: (scratch: string) => Promise<string>,
): Promise<ProbedBinary> {
  await mkdir(folder, { recursive: true, mode: 0o755 });
  await removeOldScratch(folder);
  const scratch = await mkdtemp(join(folder, SCRATCH_PREFIX));
  try {
    const fetched = await fetchInto(scratch);
    await chmod(fetched, 0o755);
    const probed = await probeBinary(fetched, environment);
    if (probed.version !== PINNED_CLI_VERSION) throw new Error(`the fetched program has version ${probed.version}`);
    const path = join(folder, 'temporal');
    await rename(fetched, path);
    return { ...probed, path };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function removeOldScratch(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(SCRATCH_PREFIX)) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found === null || Date.now() - found.mtimeMs < SCRATCH_MAX_AGE_MS) continue;
    await rm(path, { recursive: true, force: true });
  }
}
