/**
 * The workflow code as one prebuilt file. Building it loads webpack and swc, which stay in memory (130 MB): it is done
 * in a process of its own, and only when the sources or the SDK changed.
 */
import { createHash } from 'node:crypto';
import { access, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exec, succeeded } from '../platform/exec.ts';
import { AppError } from '../contracts/errors.ts';

const BUILD_TIMEOUT_MS = 120_000;

/** Where the sources are and where the bundle goes; absolute paths. */
export interface BundlePlaces {
  /** Folders whose `.ts` files end up in the bundle. */
  readonly sources: readonly string[];
  /** File that exports every workflow function. */
  readonly entry: string;
  /** The bundle; the key of its sources is beside it. */
  readonly bundle: string;
  readonly key: string;
}

/** Places in this package. */
export function bundlePlaces(root = fileURLToPath(new URL('../..', import.meta.url))): BundlePlaces {
  const source = (name: string): string => join(root, 'src', name);
  return {
    sources: [source('workflows'), source('domain'), source('contracts')],
    entry: join(source('workflows'), 'index.ts'),
    bundle: join(root, 'dist', 'workflows.js'),
    key: join(root, 'dist', 'workflows.key'),
  };
}

/**
 * Path of a bundle that fits the sources and the SDK; built first (1 to 3 s) when there is none.
 * @throws AppError internal when it cannot be built; `details.output` says why
 */
export async function workflowBundlePath(places: BundlePlaces = bundlePlaces()): Promise<string> {
  if (await isBundleFresh(places)) return places.bundle;
  const script = fileURLToPath(new URL('../../scripts/build-workflows.ts', import.meta.url));
  const argv = [process.execPath, script, places.entry, places.bundle, places.key, ...places.sources] as const;
  const built = await exec(argv, { cwd: '/', env: {}, timeoutMs: BUILD_TIMEOUT_MS });
  if (succeeded(built)) return places.bundle;
  throw new AppError('internal', 'The workflow code could not be bundled.', {
    details: { output: `${built.stdout}${built.stderr}`.slice(-4_000) },
  });
}

/** True when the bundle was built from exactly these sources by this SDK. */
export async function isBundleFresh(places: BundlePlaces): Promise<boolean> {
  const key = await readFile(places.key, 'utf8').catch(() => null);
  if (key === null || key !== (await bundleKey(places))) return false;
  return access(places.bundle).then(
    () => true,
    () => false,
  );
}

/** Writes bundle and key by rename, the key last: a crash between leaves a bundle that is built again. */
export async function writeBundle(places: BundlePlaces, code: string, key: string): Promise<void> {
  await mkdir(join(places.bundle, '..'), { recursive: true });
  for (const [file, content] of [
    [places.bundle, code],
    [places.key, key],
  ] as const) {
    const scratch = `${file}.${process.pid}`;
    await writeFile(scratch, content);
    await rename(scratch, file);
  }
}

/** sha256 over names and bytes of all sources and the version of the SDK, which must be the same when it is loaded. */
export async function bundleKey(places: BundlePlaces): Promise<string> {
  const hash = createHash('sha256');
  hash.update(`sdk ${sdkVersion()}\n`);
  for (const folder of places.sources) {
    for (const file of await sourceFiles(folder)) {
      const bytes = await readFile(file);
      hash.update(`${relative(join(folder, '..'), file)} ${bytes.length}\n`).update(bytes);
    }
  }
  return hash.digest('hex');
}

async function sourceFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function sdkVersion(): string {
  const manifest: unknown = createRequire(import.meta.url)('@temporalio/worker/package.json');
  if (typeof manifest !== 'object' || manifest === null || !('version' in manifest)) return 'unknown';
  return String(manifest.version);
}
