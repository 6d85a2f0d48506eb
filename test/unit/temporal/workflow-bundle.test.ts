import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundlePlaces, isBundleFresh, workflowBundlePath } from '../../../src/worker/workflow-bundle.ts';
import type { BundlePlaces } from '../../../src/worker/workflow-bundle.ts';
import { makeScratch } from './support.ts';
import type { Scratch } from './support.ts';

describe('the prebuilt workflow bundle', () => {
  let scratch: Scratch;
  let places: BundlePlaces;
  beforeEach(async () => {
    // Inside the package, because the bundler looks for the SDK from the sources upwards; `dist` is ignored by git.
    const root = fileURLToPath(new URL('../../../dist', import.meta.url));
    await mkdir(root, { recursive: true });
    scratch = await makeScratch(root);
    const sources = join(scratch.path, 'src');
    await mkdir(sources);
    await writeFile(join(sources, 'index.ts'), 'export async function first(): Promise<void> {}\n');
    places = {
      sources: [sources],
      entry: join(sources, 'index.ts'),
      bundle: join(scratch.path, 'dist', 'workflows.js'),
      key: join(scratch.path, 'dist', 'workflows.key'),
    };
  });
  afterEach(() => scratch.remove());

  it(
    'is built when missing, kept while the sources are the same, and built again when they change',
    { timeout: 120_000 },
    async () => {
      expect(await isBundleFresh(places)).toBe(false);
      expect(await workflowBundlePath(places)).toBe(places.bundle);
      const built = await stat(places.bundle);

      await workflowBundlePath(places);
      expect((await stat(places.bundle)).mtimeMs).toBe(built.mtimeMs);

      await writeFile(join(places.sources[0] ?? '', 'index.ts'), 'export async function second(): Promise<void> {}\n');
      expect(await isBundleFresh(places)).toBe(false);
      await workflowBundlePath(places);
      expect(await readFile(places.bundle, 'utf8')).toContain('async function second');
      expect(await isBundleFresh(places)).toBe(true);
    },
  );

  it('says why it cannot be built', async () => {
    await writeFile(join(places.sources[0] ?? '', 'index.ts'), "import 'node:child_process';\n");
    await expect(workflowBundlePath(places)).rejects.toMatchObject({
      code: 'internal',
      details: { output: expect.stringContaining('child_process') },
    });
    expect(await isBundleFresh(places)).toBe(false);
  });

  it('covers everything that workflows import', () => {
    const { sources, entry, bundle } = bundlePlaces('/package');
    expect(sources).toEqual(['/package/src/workflows', '/package/src/domain', '/package/src/contracts']);
    expect([entry, bundle]).toEqual(['/package/src/workflows/index.ts', '/package/dist/workflows.js']);
  });
});
