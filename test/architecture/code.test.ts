/** Rules of the house that the linter does not know. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { missingFrom, platformOf } from '../../scripts/lock-platforms.ts';
import { ENVIRONMENT_READERS, NODE_FREE, PACKAGES } from '../../scripts/layers.ts';
import { ROOT, sources, withoutComments } from './sources.ts';
import type { Source } from './sources.ts';

const EXPORT = /^export (?:default |abstract |async )*(?:function\*?|const|let|class|interface|type) (\w+)/;

/** `path:line name` of every export without a docstring right above it; overloads share the first one's. */
function undocumented({ path, text }: Source): string[] {
  const lines = text.split('\n');
  const found: string[] = [];
  let previous = '';
  lines.forEach((line, at) => {
    const name = EXPORT.exec(line)?.[1];
    if (name === undefined) return;
    const isOverload = name === previous && line.startsWith('export function');
    if (!isOverload && !lines[at - 1]?.trimEnd().endsWith('*/')) found.push(`${path}:${at + 1} ${name}`);
    previous = name;
  });
  return found;
}

/** Lines of code, comments aside, that fit `pattern`. */
async function linesWith(glob: string, pattern: RegExp): Promise<string[]> {
  const files = await sources(glob);
  return files.flatMap(({ path, text }) =>
    withoutComments(text)
      .split('\n')
      .flatMap((line, at) => (pattern.test(line) ? [`${path}:${at + 1} ${line.trim()}`] : [])),
  );
}

describe('the code', () => {
  it('explains every export', async () => {
    const files = await sources('src/**/*.ts');
    expect(files.filter(({ text }) => EXPORT.test(text.match(/^export .*/m)?.[0] ?? '')).length).toBeGreaterThan(100);
    expect(files.flatMap(undocumented)).toEqual([]);
  });

  it('reads the environment in one place', async () => {
    const found = await linesWith('src/**/*.{ts,mjs}', /\bprocess\??\.env\b|\benv\b[^;]*from 'node:process'|\['env'\]/);
    const readers = ENVIRONMENT_READERS.map((place) => `src/${place.replace('*.mjs', '')}`);
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter((line) => !readers.some((reader) => line.startsWith(reader)))).toEqual([]);
  });

  it.each(NODE_FREE)('never names a built-in module in %s', async (layer) => {
    expect(await linesWith(`src/${layer}/**/*.ts`, /['"]node:/)).toEqual([]);
  });

  it.each(['domain', 'contracts'])('has neither clock nor chance in %s', async (layer) => {
    const clock = /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bperformance\.|\brandomUUID\(|\bsetTimeout\(/;
    expect(await linesWith(`src/${layer}/**/*.ts`, clock)).toEqual([]);
  });

  it('silences no check', async () => {
    const silenced = /@ts-(ignore|expect-error|nocheck)|(oxlint|eslint)-disable/;
    const files = [...(await sources('src/**/*.{ts,mjs}')), ...(await sources('scripts/*.ts'))];
    expect(files.filter(({ text }) => silenced.test(text)).map(({ path }) => path)).toEqual([]);
  });
});

describe('package.json', () => {
  const Manifest = z.looseObject({
    dependencies: z.record(z.string(), z.string()),
    devDependencies: z.record(z.string(), z.string()),
    allowScripts: z.record(z.string(), z.boolean()),
  });

  it('names exact versions, and the layer table a place for each package', async () => {
    const { dependencies, devDependencies } = Manifest.parse(JSON.parse(await readFile(`${ROOT}package.json`, 'utf8')));
    const versions = Object.entries({ ...dependencies, ...devDependencies });
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
    const named = Object.keys(PACKAGES).filter((name) => !name.startsWith('node:'));
    expect(named.toSorted()).toEqual(Object.keys(dependencies).toSorted());
  });

  it('decides about every install script, and the lock file names no registry', async () => {
    const { allowScripts } = Manifest.parse(JSON.parse(await readFile(`${ROOT}package.json`, 'utf8')));
    const text = await readFile(`${ROOT}package-lock.json`, 'utf8');
    const Lock = z.object({
      packages: z.record(
        z.string(),
        z.looseObject({ hasInstallScript: z.boolean().optional(), optional: z.boolean().optional() }),
      ),
    });
    const { packages } = Lock.parse(JSON.parse(text));
    const scripted = Object.entries(packages).filter(
      ([, entry]) => entry.hasInstallScript === true && entry.optional !== true,
    );
    const names = scripted.map(([path]) => path.replace(/^.*node_modules\//, '')).filter((name) => name !== '');
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !Object.hasOwn(allowScripts, name))).toEqual([]);
    expect(text).not.toMatch(/"resolved"/);
  });

  it('locks the packages of every platform: npm ci refuses a lock file that lacks one', async () => {
    const Lock = z.object({
      packages: z.record(
        z.string(),
        z.object({ version: z.string(), optionalDependencies: z.record(z.string(), z.string()).default({}) }),
      ),
    });
    const { packages } = Lock.parse(JSON.parse(await readFile(`${ROOT}package-lock.json`, 'utf8')));
    expect(missingFrom(packages)).toEqual([]);
    const { 'node_modules/@swc/core-darwin-arm64': one, ...others } = packages;
    expect(missingFrom(others)).toEqual([
      { name: '@swc/core-darwin-arm64', version: one?.version, wantedBy: 'node_modules/@swc/core' },
    ]);
    expect(platformOf('@swc/core-darwin-arm64')).toEqual({ os: ['darwin'], cpu: ['arm64'] });
    expect(platformOf('@oxfmt/binding-linux-x64-musl')).toEqual({ os: ['linux'], cpu: ['x64'], libc: ['musl'] });
    expect(platformOf('fsevents')).toBeNull();
  });
});
