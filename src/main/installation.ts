/** Identity and secrets of one state directory: made once, by whoever comes first. */
import { randomBytes } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { AppError } from '../contracts/errors.ts';
import { isId } from '../contracts/ids.ts';
import type { HostId, InstallationId } from '../contracts/ids.ts';
import type { Environment } from '../platform/environment.ts';
import { newHostId, newId } from '../platform/ids.ts';
import type { StatePaths } from '../platform/paths.ts';
import { readSecretFile } from './store-location.ts';

/** Who this installation is. */
export interface Installation {
  readonly installation: InstallationId;
  readonly host: HostId;
  /** Signs work orders; 64 hex digits. Secret. */
  readonly secret: string;
  /** Opens the API. Secret. */
  readonly token: string;
}

/** What a machine of a larger installation is told instead of making it. */
export type GivenIdentity = Pick<Environment, 'installation' | 'secretFile' | 'tokenFile'>;

const NOTHING_GIVEN: GivenIdentity = { installation: null, secretFile: null, tokenFile: null };

/**
 * The installation of the state directory; what is missing is made (files 0600), what is `given` comes from there.
 * @throws AppError state_dir_unusable when one of the files is damaged or of another installation; invalid_settings
 * when what is given cannot be used
 */
export async function loadInstallation(paths: StatePaths, given: GivenIdentity = NOTHING_GIVEN): Promise<Installation> {
  const installation = given.installation === null ? newId('installation') : givenInstallation(given.installation);
  const made = JSON.stringify({ v: 1, installation, host: newHostId(hostname()) });
  const [identity, secret, token] = await Promise.all([
    readOrMake(paths.installationFile, made),
    given.secretFile === null
      ? readOrMake(paths.secretFile, randomBytes(32).toString('hex'))
      : readSecretFile('NIGHTLOOM_SECRET_FILE', given.secretFile),
    given.tokenFile === null
      ? readOrMake(paths.tokenFile, `nl_${randomBytes(32).toString('base64url')}`)
      : readSecretFile('NIGHTLOOM_TOKEN_FILE', given.tokenFile),
  ]);
  if (!/^[0-9a-f]{64}$/.test(secret)) throw damaged(given.secretFile ?? paths.secretFile);
  if (!/^nl_[\w-]{20,}$/.test(token)) throw damaged(given.tokenFile ?? paths.tokenFile);
  const known = parseIdentity(paths.installationFile, identity);
  if (given.installation !== null && known.installation !== installation) {
    const text = `The state directory ${paths.home} belongs to installation ${known.installation}, not to ${installation}.`;
    throw new AppError('state_dir_unusable', text, { details: { file: paths.installationFile } });
  }
  return { ...known, secret, token };
}

function givenInstallation(text: string): InstallationId {
  if (isId('installation', text)) return text;
  throw new AppError('invalid_settings', 'NIGHTLOOM_INSTALLATION must be `i_` and 10 characters of a-z and 0-9.');
}

function parseIdentity(file: string, text: string): Pick<Installation, 'installation' | 'host'> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw damaged(file);
  }
  if (typeof value !== 'object' || value === null || !('installation' in value) || !('host' in value))
    throw damaged(file);
  const { installation, host } = value;
  if (typeof installation !== 'string' || typeof host !== 'string') throw damaged(file);
  if (!isId('installation', installation) || !isId('host', host)) throw damaged(file);
  return { installation, host };
}

/** Of several makers at once the first wins and all read its text. */
async function readOrMake(file: string, text: string): Promise<string> {
  const known = await readText(file);
  if (known !== null) return known;
  const scratch = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  await writeFile(scratch, text, { mode: 0o600, flush: true });
  await link(scratch, file).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  });
  await rm(scratch, { force: true });
  return (await readText(file)) ?? text;
}

async function readText(file: string): Promise<string | null> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

function damaged(file: string): AppError {
  return new AppError('state_dir_unusable', `The file ${file} is damaged.`, { details: { file } });
}
