/** Settings of a workspace, frozen when the batch first prepares it: later edits of the files are for later batches. */
import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../contracts/errors.ts';
import { SETTING_SOURCES, SettingsOverridesSchema } from '../../contracts/settings.ts';
import type { ResolvedSettings } from './settings.ts';
import { toSettings } from './settings-values.ts';

const FrozenSchema = z.object({
  v: z.literal(1),
  said: SettingsOverridesSchema,
  origins: z.array(
    z.object({ key: z.string(), value: z.unknown(), source: z.enum(SETTING_SOURCES), file: z.string().nullable() }),
  ),
  projectFileSha256: z.string().nullable(),
});

/**
 * Freezes `resolved` in `file` and returns what is frozen there: the first one wins, whoever comes later reads it.
 * @throws AppError internal when the file is there but damaged
 */
export async function freezeSettings(file: string, resolved: ResolvedSettings): Promise<ResolvedSettings> {
  const { said, origins, projectFileSha256 } = resolved;
  const text = JSON.stringify({ v: 1, said, origins, projectFileSha256 });
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${randomUUID()}.tmp`;
  await writeFile(temporary, text, { mode: 0o600, flush: true });
  try {
    await link(temporary, file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    await rm(temporary, { force: true });
  }
  return (await readFrozenSettings(file)) ?? resolved;
}

/**
 * What was frozen in `file`; null if nothing was.
 * @throws AppError internal when the file is damaged
 */
export async function readFrozenSettings(file: string): Promise<ResolvedSettings | null> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  try {
    const { said, origins, projectFileSha256 } = FrozenSchema.parse(JSON.parse(text));
    return { settings: toSettings(said), said, origins, projectFileSha256 };
  } catch (error) {
    throw new AppError('internal', `The frozen settings in ${file} are damaged.`, { details: { file }, cause: error });
  }
}
