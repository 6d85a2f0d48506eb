/** Writes the generated documents (`npm run docs`), or with `--check` says which ones are older than their source. */
import { readFile, writeFile } from 'node:fs/promises';
import { argv, exit, stderr, stdout } from 'node:process';
import { fileURLToPath } from 'node:url';
import { configSchemaDocument } from './config-schema.ts';
import { errorsDocument } from './errors-doc.ts';
import { openApiDocument } from './openapi.ts';
import { retriesDocument } from './retries-doc.ts';

const { version }: { version: string } = JSON.parse(
  await readFile(new URL('../package.json', import.meta.url), 'utf8'),
);

const documents = {
  'docs/errors.md': errorsDocument(),
  'docs/retries.md': retriesDocument(),
  'docs/config.schema.json': configSchemaDocument(),
  'docs/openapi.json': await openApiDocument(version),
};

async function textOf(path: string): Promise<string | null> {
  return await readFile(path, 'utf8').catch(() => null);
}

const stale: string[] = [];
for (const [name, text] of Object.entries(documents)) {
  const path = fileURLToPath(new URL(`../${name}`, import.meta.url));
  if ((await textOf(path)) === text) continue;
  stale.push(name);
  if (!argv.includes('--check')) await writeFile(path, text);
}

const count = Object.keys(documents).length;
if (stale.length === 0) {
  stdout.write(`${count} generated documents are current.\n`);
} else if (argv.includes('--check')) {
  stderr.write(`Older than their source: ${stale.join(', ')}.\nNext: npm run docs\n`);
  exit(1);
} else {
  stdout.write(`Written: ${stale.join(', ')}.\n`);
}
