/**
 * Writes `docs/config.schema.json` from the settings schema and checks that `docs/configuration.md` names every key.
 * With `--check` it writes nothing and ends with 1 when the file is not what would be written.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { SettingsFileSchema } from '../src/contracts/settings.ts';

const SCHEMA_FILE = new URL('../docs/config.schema.json', import.meta.url);
const DOCUMENT = new URL('../docs/configuration.md', import.meta.url);

/** The schema as JSON Schema draft 2020-12, with a final line feed. */
export function configSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(SettingsFileSchema, { io: 'input' }), null, 2)}\n`;
}

/** Dotted keys of the schema; groups are not in it. */
export function settingKeys(): string[] {
  const keys: string[] = [];
  for (const [name, member] of Object.entries(SettingsFileSchema.shape)) {
    const inner = member.unwrap();
    if (inner instanceof z.ZodObject) keys.push(...Object.keys(inner.shape).map((key) => `${name}.${key}`));
    else if (name !== '$schema') keys.push(name);
  }
  return keys;
}

function main(check: boolean): number {
  const text = readFileSync(DOCUMENT, 'utf8');
  const undocumented = settingKeys().filter((key) => !text.includes(`\`${key}\``));
  for (const key of undocumented) console.error(`docs/configuration.md does not name the key ${key}.`);
  if (!check) writeFileSync(SCHEMA_FILE, configSchema());
  const current = readFileSync(SCHEMA_FILE, 'utf8') === configSchema();
  if (!current) console.error('docs/config.schema.json is not current: run `node scripts/config-schema.ts`.');
  return current && undocumented.length === 0 ? 0 : 1;
}

if (import.meta.main) process.exitCode = main(process.argv.includes('--check'));
