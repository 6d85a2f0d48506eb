/**
 * Turns the layer table into the overrides of `.oxlintrc.json`: `node scripts/layer-lint.ts --write | --check`.
 * A later override replaces the same rule of an earlier one, so each place gets the whole rule, deeper places last.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { argv, stderr, stdout } from 'node:process';
import { fileURLToPath } from 'node:url';
import { ENVIRONMENT_READERS, LAYERS, NODE_FREE, PACKAGES, WEB_LAYERS, ZONES } from './layers.ts';
import type { Layer, Zone } from './layers.ts';

const CONFIG = fileURLToPath(new URL('../.oxlintrc.json', import.meta.url));
/** Folders below a layer are at most this deep; a test fails when one is deeper. */
export const MAX_DEPTH = 4;

interface Pattern {
  readonly regex?: string;
  readonly group?: readonly string[];
  readonly allowTypeImports?: boolean;
  readonly message: string;
}

/** One entry of `overrides` in `.oxlintrc.json`. */
export interface Override {
  readonly files: readonly string[];
  readonly rules: Readonly<Record<string, unknown>>;
}

/** The overrides that the table stands for. */
export function layerOverrides(): Override[] {
  const ofPlaces = places().map((place) => ({
    files: [fileGlob(place)],
    rules: { 'no-restricted-imports': ruleFor(place) },
  }));
  return [...ofPlaces, { files: ['web/src/**'], rules: { 'no-restricted-imports': webRule() } }];
}

/** The dashboard is no layer of `src`: it runs in browsers, and nothing in `src` imports it. */
function webRule(): unknown {
  const closed = LAYERS.filter((layer) => !WEB_LAYERS.includes(layer));
  const patterns: Pattern[] = [
    { regex: `/src/(${closed.join('|')})/`, message: 'Closed to web: scripts/layers.ts.' },
    { regex: '^(\\./)?(\\.\\./)+(bench|scripts|test)/', message: 'web imports nothing from there.' },
    { regex: '^(node:.*|zod)(/|$)', message: 'web runs in browsers, and checks answers with the client.' },
  ];
  return ['error', { patterns }];
}

/** Every place of the table, outer ones before inner ones. */
export function places(): string[] {
  const all = [
    ...ZONES.map(({ place }) => place),
    ...Object.values(PACKAGES).flatMap(({ values, types }) => [...values, ...types]),
    ...ENVIRONMENT_READERS,
  ];
  const depth = (place: string): number => place.split('/').length;
  return [...new Set(all)].toSorted((a, b) => depth(a) - depth(b) || a.localeCompare(b));
}

/** The row that counts for a place: the deepest one around it. */
export function zoneOf(place: string): Zone {
  const [zone] = ZONES.filter((candidate) => isWithin(place, candidate.place)).toSorted(
    (a, b) => b.place.length - a.place.length,
  );
  if (zone === undefined) throw new Error(`${place} is in no layer.`);
  return zone;
}

/** True if `place` is `folder` or below it. */
export function isWithin(place: string, folder: string): boolean {
  return place === folder || place.startsWith(`${folder}/`);
}

function fileGlob(place: string): string {
  return /\.m?ts$|\.mjs$/.test(place) ? `src/${place}` : `src/${place}/**`;
}

function ruleFor(place: string): unknown {
  const environment = {
    name: 'node:process',
    importNames: ['env', 'default'],
    message: 'Only src/platform/environment.ts reads the environment; import other names of node:process one by one.',
  };
  const mayRead = ENVIRONMENT_READERS.some((reader) => isWithin(place, reader));
  return [
    'error',
    { paths: mayRead ? [] : [environment], patterns: [...layerPatterns(place), ...packagePatterns(place)] },
  ];
}

function layerPatterns(place: string): Pattern[] {
  const { place: row, values, types, doors } = zoneOf(place);
  const foreign = LAYERS.filter((layer) => !isWithin(place, layer) && !values.includes(layer));
  const closed = foreign.filter((layer) => !types.includes(layer));
  const typesOnly = foreign.filter((layer) => types.includes(layer));
  const patterns: Pattern[] = [];
  if (closed.length > 0) patterns.push({ regex: intoLayers(closed), message: `Closed to ${row}: scripts/layers.ts.` });
  if (typesOnly.length > 0) {
    const message = `Only types for ${row}: scripts/layers.ts.`;
    patterns.push({ group: intoLayersExcept(typesOnly, doors), allowTypeImports: true, message });
  }
  // Nothing in src needs what is beside it.
  patterns.push({
    regex: '^(\\./)?(\\.\\./)+(bench|scripts|test)/',
    message: 'src imports nothing from outside of src.',
  });
  return patterns;
}

function intoLayers(layers: readonly Layer[]): string {
  return `^(\\./)?(\\.\\./)+(${layers.join('|')})/`;
}

/** Globs and not a regular expression: only they can have exceptions. One per depth, so that `../a/store/` stays free. */
function intoLayersExcept(layers: readonly Layer[], doors: readonly string[]): string[] {
  const upward = Array.from({ length: MAX_DEPTH }, (_, depth) => '../'.repeat(depth + 1));
  return [
    ...upward.flatMap((up) => layers.map((layer) => `${up}${layer}/**`)),
    ...upward.flatMap((up) => doors.map((door) => `!${posix.join(up, door)}`)),
  ];
}

function packagePatterns(place: string): Pattern[] {
  const isOpen = (folders: readonly string[]): boolean => folders.some((folder) => isWithin(place, folder));
  const reserved = Object.entries(PACKAGES).filter(([, { values }]) => !isOpen(values));
  const typesOnly = reserved.filter(([, { types }]) => isOpen(types)).map(([name]) => name);
  const closed = reserved.map(([name]) => name).filter((name) => !typesOnly.includes(name));
  if (NODE_FREE.some((layer) => isWithin(place, layer))) closed.push('node:.*');
  const message = `Reserved for other places: scripts/layers.ts.`;
  const patterns: Pattern[] = [{ regex: `^(${closed.join('|')})(/|$)`, message }];
  if (typesOnly.length > 0) {
    patterns.push({ regex: `^(${typesOnly.join('|')})(/|$)`, allowTypeImports: true, message });
  }
  return patterns;
}

/** The configuration with our overrides renewed; those without `no-restricted-imports` are kept and come first. */
function renewed(config: { readonly overrides?: readonly Override[] }): string {
  const written = (config.overrides ?? []).filter(({ rules }) => !('no-restricted-imports' in rules));
  return `${JSON.stringify({ ...config, overrides: [...written, ...layerOverrides()] }, null, 2)}\n`;
}

async function main(mode: string | undefined): Promise<number> {
  const before = await readFile(CONFIG, 'utf8');
  const after = renewed(JSON.parse(before));
  if (mode === '--write') {
    await writeFile(CONFIG, after);
    return 0;
  }
  if (mode === '--check' && JSON.stringify(JSON.parse(before)) === JSON.stringify(JSON.parse(after))) {
    stdout.write(`.oxlintrc.json has the ${places().length} places of scripts/layers.ts.\n`);
    return 0;
  }
  stderr.write('.oxlintrc.json is older than scripts/layers.ts.\nNext: npm run layers:write\n');
  return 1;
}

if (import.meta.main) process.exitCode = await main(argv[2]);
