/** What we remember of the embedded server, so that it is found again after our own kill -9. */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Content of `temporal/server.json` in the state directory. */
export interface ServerRecord {
  readonly pid: number;
  /** See `ProcessIdentity`. */
  readonly startTime: string;
  readonly port: number;
  readonly uiPort: number;
  /** `host:port` for clients and workers. */
  readonly address: string;
  /** Version of the server, for example `1.31.2`. */
  readonly version: string;
  readonly databaseFile: string;
  /** The program that runs; used again when it must be restarted, so that it fits the database. */
  readonly binary: string;
}

/** Files of the embedded server; absolute paths. */
export interface ServerFiles {
  readonly folder: string;
  readonly record: string;
  /** The last server's pid, written by itself; see `unrecorded-server.ts`. */
  readonly pid: string;
  readonly log: string;
  readonly lock: string;
}

/** Paths below the state directory; touches nothing. */
export function serverFiles(stateDirectory: string): ServerFiles {
  const folder = join(stateDirectory, 'temporal');
  const at = (name: string): string => join(folder, name);
  return { folder, record: at('server.json'), pid: at('server.pid'), log: at('server.log'), lock: at('server.lock') };
}

/** Database file for a server version: the schema is not migrated, so every minor version has its own. */
export function databaseFileFor(files: ServerFiles, serverVersion: string): string {
  const minor = serverVersion.split('.').slice(0, 2).join('.');
  return join(files.folder, minor, 'temporal.db');
}

/** The last record; null if there is none or it cannot be read (then a new server is started). */
export async function readRecord(files: ServerFiles): Promise<ServerRecord | null> {
  const text = await readFile(files.record, 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

/** Writes the record by rename (0600). */
export async function writeRecord(files: ServerFiles, record: ServerRecord): Promise<void> {
  await mkdir(files.folder, { recursive: true, mode: 0o700 });
  const scratch = `${files.record}.${process.pid}`;
  await writeFile(scratch, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  await rename(scratch, files.record);
}

/** Forgets the server, after it was stopped on purpose. */
export async function removeRecord(files: ServerFiles): Promise<void> {
  await rm(files.record, { force: true });
}

const FIELDS = {
  pid: 'number',
  startTime: 'string',
  port: 'number',
  uiPort: 'number',
  address: 'string',
  version: 'string',
  databaseFile: 'string',
  binary: 'string',
} as const satisfies Record<keyof ServerRecord, 'number' | 'string'>;

function isRecord(value: unknown): value is ServerRecord {
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map(Object.entries(value));
  return Object.entries(FIELDS).every(([name, type]) => typeof fields.get(name) === type);
}
