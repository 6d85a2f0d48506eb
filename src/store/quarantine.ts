/** A damaged database is moved aside with its name changed: nothing of it is deleted, and nothing takes its place silently. */
import { access, rename } from 'node:fs/promises';
import { checkDatabase } from './check.ts';
import { unusable } from './sqlite-errors.ts';

/** What was found and done. */
export type Quarantine =
  /** `file` is usable, or there is none. */
  | { readonly kind: 'whole' | 'none' }
  | { readonly kind: 'moved'; readonly aside: string; readonly problems: readonly string[] };

/**
 * Moves the SQLite file aside if it is damaged, with what lies beside it. The caller holds the installation.
 * @throws AppError state_dir_unusable for one that is whole and cannot be used all the same: a newer program wrote it, or
 * it may not be read; it stays where it is
 */
export async function quarantineDamaged(file: string, nowMs: number): Promise<Quarantine> {
  if (!(await exists(file))) return { kind: 'none' };
  const found = await checkDatabase(file);
  const { problems } = found;
  if (problems.length === 0) return { kind: 'whole' };
  if (!found.damaged) throw unusable(file, problems.join('; '), undefined);
  const aside = `${file}.damaged-${new Date(nowMs).toISOString().replaceAll(/[:.]/g, '-')}`;
  // The file last: until then whoever looks still finds the damaged one, and never an empty place beside old logs.
  for (const suffix of ['-wal', '-shm', '']) {
    if (await exists(`${file}${suffix}`)) await rename(`${file}${suffix}`, `${aside}${suffix}`);
  }
  return { kind: 'moved', aside, problems };
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
