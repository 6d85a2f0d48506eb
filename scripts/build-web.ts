/**
 * Builds the dashboard into `web/dist` and prints how much JavaScript its first screen loads: `npm run build:web`.
 * Ends with 1 if that is more than allowed.
 */
import { readFile } from 'node:fs/promises';
import { stdout } from 'node:process';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { z } from 'zod';

const WEB = fileURLToPath(new URL('../web/', import.meta.url));
const MAX_FIRST_KB = 220;

const Manifest = z.record(
  z.string(),
  z.object({ file: z.string(), imports: z.array(z.string()).default([]), isEntry: z.boolean().default(false) }),
);

await build({ configFile: `${WEB}vite.config.ts`, logLevel: 'warn' });
const manifest = Manifest.parse(JSON.parse(await readFile(`${WEB}dist/.vite/manifest.json`, 'utf8')));

/** Files that a chunk needs before it runs, itself included. */
function filesOf(name: string, seen = new Set<string>()): Set<string> {
  const chunk = manifest[name];
  if (chunk === undefined || seen.has(chunk.file)) return seen;
  seen.add(chunk.file);
  for (const imported of chunk.imports) filesOf(imported, seen);
  return seen;
}

const [entry] = Object.entries(manifest).find(([, chunk]) => chunk.isEntry) ?? [];
if (entry === undefined) throw new Error('The build has no entry.');
const sizes = await Promise.all(
  [...filesOf(entry)].map(async (file) => gzipSync(await readFile(`${WEB}dist/${file}`)).length),
);
const firstKb = sizes.reduce((sum, size) => sum + size, 0) / 1000;
stdout.write(
  `web/dist: the first screen loads ${firstKb.toFixed(0)} KB of JavaScript (gzip), at most ${MAX_FIRST_KB}.\n`,
);
process.exitCode = firstKb <= MAX_FIRST_KB ? 0 : 1;
