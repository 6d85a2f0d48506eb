/** Values that a project's handlers keep: a file for each key, in a folder of the project alone. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProjectState } from './sdk.ts';

const MAX_KEY = 500;
const MAX_BYTES = 1024 * 1024;

/** The values in `folder`, which is made when something is kept. Two writers of one key: the later one counts. */
export function projectState(folder: string): ProjectState {
  const fileOf = (key: string): string => {
    if (key === '' || key.length > MAX_KEY) throw new RangeError(`A key has 1 to ${MAX_KEY} characters.`);
    return join(folder, `${createHash('sha256').update(key).digest('hex')}.json`);
  };
  return {
    get: async (key) => (await readEntry(fileOf(key)))?.value,
    set: async (key, value) => {
      const text = JSON.stringify({ key, value: value ?? null });
      if (Buffer.byteLength(text) > MAX_BYTES) throw new RangeError(`A value has at most ${MAX_BYTES} bytes as JSON.`);
      const file = fileOf(key);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const draft = join(folder, `.${randomUUID()}.tmp`);
      try {
        await writeFile(draft, text, { mode: 0o600, flag: 'wx' });
        await rename(draft, file);
      } finally {
        await rm(draft, { force: true });
      }
    },
    delete: (key) => rm(fileOf(key), { force: true }),
    keys: async () => {
      const names = await readdir(folder).catch(() => []);
      const files = names.filter((name) => name.endsWith('.json'));
      const entries = await Promise.all(files.map((name) => readEntry(join(folder, name))));
      return entries.flatMap((entry) => (entry === null ? [] : [entry.key])).toSorted();
    },
  };
}

async function readEntry(file: string): Promise<{ readonly key: string; readonly value: unknown } | null> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return null;
  const entry: unknown = JSON.parse(text);
  if (typeof entry !== 'object' || entry === null) return null;
  const key: unknown = Reflect.get(entry, 'key');
  return typeof key === 'string' ? { key, value: Reflect.get(entry, 'value') } : null;
}
