/** The linter's verdict on every possible import, compared with the table. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { layerOverrides, isWithin, MAX_DEPTH, places, zoneOf } from '../../scripts/layer-lint.ts';
import { ENVIRONMENT_READERS, LAYERS, NODE_FREE, PACKAGES, ZONES, ZOD_FREE } from '../../scripts/layers.ts';
import type { Layer } from '../../scripts/layers.ts';
import { ROOT, sources } from './sources.ts';

const run = promisify(execFile);

/** One import statement and whether it should be allowed. */
interface Edge {
  readonly statement: string;
  readonly allowed: boolean;
}

const Config = z.looseObject({
  overrides: z.array(z.looseObject({ rules: z.record(z.string(), z.unknown()) })),
});
const Diagnostics = z.object({
  diagnostics: z.array(
    z.object({ filename: z.string(), labels: z.array(z.object({ span: z.object({ line: z.number() }) })) }),
  ),
});

const directory = await mkdtemp(join(tmpdir(), 'nightloom-layers-'));
afterAll(() => rm(directory, { recursive: true, force: true }));

const isOpen = (place: string, folders: readonly string[]): boolean =>
  folders.some((folder) => isWithin(place, folder));

/** Files that stand for a place: one directly in it and, for a folder, one as deep as rules reach. */
function filesOf(place: string): string[] {
  if (place.includes('*')) return [place.replace('*', 'stub')];
  if (place.endsWith('.ts')) return [place];
  const below = Array.from({ length: MAX_DEPTH - place.split('/').length }, (_, depth) => `deep${depth}/`).join('');
  return [`${place}/stub.ts`, `${place}/${below}stub.ts`];
}

/** A line of its own with names of its own: a file that declares a name twice is not linted at all. */
function distinct({ statement }: Edge, at: number): string {
  return `${statement.replace('{ a }', `{ a as a${at} }`).replace('{ A }', `{ A as A${at} }`).replace('{ env }', `{ env as e${at} }`)}\n`;
}

function edgesFrom(place: string, file: string): Edge[] {
  const to = (target: string): string => {
    const path = posix.relative(posix.dirname(file), target);
    return path.startsWith('.') ? path : `./${path}`;
  };
  const value = (target: string): string => `import { a } from '${target}';`;
  const again = (target: string): string => `export { a } from '${target}';`;
  const type = (target: string): string => `import type { A } from '${target}';`;
  const zone = zoneOf(place);
  const isOwn = (layer: Layer): boolean => isWithin(place, layer);
  const layers = LAYERS.flatMap((layer): Edge[] => {
    const target = to(`${layer}/folder/any.ts`);
    const values = isOwn(layer) || zone.values.includes(layer);
    return [
      { statement: value(target), allowed: values },
      { statement: again(target), allowed: values },
      { statement: `await import('${target}');`, allowed: values },
      { statement: type(target), allowed: values || zone.types.includes(layer) },
    ];
  });
  const doors = [...new Set(ZONES.flatMap((row) => row.doors))].map((door): Edge => {
    const isIn = LAYERS.some((layer) => isWithin(door, layer) && (isOwn(layer) || zone.values.includes(layer)));
    return { statement: value(to(door)), allowed: isIn || zone.doors.includes(door) };
  });
  const isNodeFree = isOpen(place, NODE_FREE);
  const packages = Object.entries(PACKAGES).flatMap(([name, row]): Edge[] => {
    const values = isOpen(place, row.values);
    const types = values || isOpen(place, row.types);
    return [
      { statement: value(name), allowed: values },
      { statement: value(`${name}/lib/any.js`), allowed: values },
      { statement: type(name), allowed: types },
    ];
  });
  const builtin = ['node:fs', 'node:os'].flatMap((name): Edge[] => [
    { statement: value(name), allowed: !isNodeFree },
    { statement: type(name), allowed: !isNodeFree },
  ]);
  const readsEnvironment = ENVIRONMENT_READERS.includes(place);
  const environment: Edge[] = [
    { statement: `import { env } from 'node:process';`, allowed: readsEnvironment },
    { statement: `import all from 'node:process';`, allowed: readsEnvironment },
    { statement: value('node:process'), allowed: !isNodeFree },
  ];
  const outside: Edge = { statement: value(to('../test/support/any.ts')), allowed: false };
  return [...layers, ...doors, ...packages, ...builtin, ...environment, outside];
}

/** `file:line` of every import that the linter refuses. */
async function refusals(): Promise<Set<string>> {
  const oxlint = join(ROOT, 'node_modules/.bin/oxlint');
  const { stdout } = await run(oxlint, ['--format=json', 'src'], { cwd: directory, maxBuffer: 1e8 }).catch(
    (ended: unknown) => z.object({ stdout: z.string() }).parse(ended),
  );
  const { diagnostics } = Diagnostics.parse(JSON.parse(stdout));
  return new Set(diagnostics.map(({ filename, labels }) => `${filename}:${labels[0]?.span.line}`));
}

describe('the layers', () => {
  it('are what .oxlintrc.json enforces', async () => {
    const config = Config.parse(JSON.parse(await readFile(join(ROOT, '.oxlintrc.json'), 'utf8')));
    const enforced = config.overrides.filter(({ rules }) => 'no-restricted-imports' in rules);
    expect(enforced).toEqual(layerOverrides());
  });

  it('make the linter allow and refuse every possible import as the table says', async () => {
    const config = { categories: { correctness: 'off' }, overrides: layerOverrides() };
    await writeFile(join(directory, '.oxlintrc.json'), JSON.stringify(config));
    const expected = new Map<string, Edge>();
    for (const place of places()) {
      for (const file of filesOf(place)) {
        const isScript = file.endsWith('.mjs');
        const edges = edgesFrom(place, file).filter(
          ({ statement }) => !isScript || !statement.startsWith('import type'),
        );
        edges.forEach((edge, at) => expected.set(`src/${file}:${at + 1}`, edge));
        const path = join(directory, 'src', file);
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, edges.map(distinct).join(''));
      }
    }
    const refused = await refusals();
    const wrong = [...expected].filter(([line, { allowed }]) => refused.has(line) === allowed);
    const described = wrong.map(
      ([line, { statement, allowed }]) => `${line} ${statement} ${allowed ? 'refused' : 'allowed'}`,
    );
    expect(described).toEqual([]);
    expect(expected.size).toBeGreaterThan(1000);
    expect([...expected.values()].filter(({ allowed }) => allowed).length).toBeGreaterThan(500);
  });

  it('have a folder for every row, and no folder without one', async () => {
    const files = await sources('src/**/*.{ts,mjs}');
    const folders = new Set(files.map(({ path }) => path.split('/')[1]));
    expect([...folders].filter((folder) => !LAYERS.some((layer) => layer === folder))).toEqual([]);
    const deepest = Math.max(...files.map(({ path }) => path.split('/').length - 2));
    expect(deepest).toBeLessThanOrEqual(MAX_DEPTH);
  });

  it('keep the rule of the design, whatever the table says', () => {
    const reach = (from: string, to: Layer): boolean => zoneOf(from).values.includes(to);
    expect([reach('host', 'store'), reach('store', 'host'), reach('activities/host', 'store')]).toEqual([
      false,
      false,
      false,
    ]);
    expect([reach('api', 'worker'), reach('api', 'host'), reach('worker', 'api')]).toEqual([false, false, false]);
    expect(ZONES.filter(({ values, types }) => [...values, ...types].includes('cli'))).toEqual([]);
    expect(ZONES.filter(({ values, types }) => [...values, ...types].includes('main'))).toEqual([]);
    expect(zoneOf('workflows').values).toEqual(['domain']);
  });

  it('give the workflow sandbox only files of contracts that need no zod', async () => {
    for (const file of ZOD_FREE) {
      const [source] = await sources(`src/${file}`);
      const imported = [...(source?.text ?? '').matchAll(/^import (?!type)[^;]*from '([^']+)'/gm)].map(
        ([, path]) => path,
      );
      const open = ZOD_FREE.map((other) => `./${posix.basename(other)}`);
      expect(
        imported.filter((path) => path === undefined || !open.includes(path)),
        file,
      ).toEqual([]);
    }
  });
});
