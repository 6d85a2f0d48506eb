/** Which database a process uses. */
import { readFile } from 'node:fs/promises';
import { AppError } from '../contracts/errors.ts';
import type { Environment } from '../platform/environment.ts';
import type { StatePaths } from '../platform/paths.ts';
import type { StoreLocation } from '../store/open-store.ts';

/**
 * The server that `NIGHTLOOM_DATABASE_URL` names, with the password of `NIGHTLOOM_DATABASE_PASSWORD_FILE`; else the
 * file of the state directory.
 * @throws AppError invalid_settings when the password file cannot be read
 */
export async function storeLocation(
  environment: Pick<Environment, 'databaseUrl' | 'databasePasswordFile'>,
  paths: Pick<StatePaths, 'database'>,
): Promise<StoreLocation> {
  const { databaseUrl: url, databasePasswordFile: file } = environment;
  if (url === null) return { file: paths.database };
  return file === null ? { url } : { url, password: await readSecretFile('NIGHTLOOM_DATABASE_PASSWORD_FILE', file) };
}

/** Secrets of a location, for maskers. */
export function locationSecrets(location: StoreLocation): string[] {
  if ('file' in location) return [];
  const inUrl = decodeURIComponent(URL.parse(location.url)?.password ?? '');
  return [location.url, inUrl, location.password ?? ''].filter((text) => text !== '');
}

/** Text of the file that the environment variable `name` gives. @throws AppError invalid_settings */
export async function readSecretFile(name: string, file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('invalid_settings', `${name} cannot be read: ${reason}.`, {
      details: { variable: name, file, next: `Correct ${name}.` },
      cause,
    });
  }
}
