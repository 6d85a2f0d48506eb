/**
 * The machine's own PostgreSQL server, where its programs are: a cluster in a temp directory on a free port. The
 * server refuses to run as root, so root's tests start it as `nobody`.
 */
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { existsSync, globSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { readEnvironment } from '../../src/platform/environment.ts';
import { choosePort } from '../../src/temporal/ports.ts';

const run = promisify(execFile);
/** Account of nobody's on every system that we know. */
const NOBODY = 65_534;
const START_TIMEOUT_MS = 30_000;

/** Password of the server's owner, `tester`: every character that addresses treat in a special way. */
export const POSTGRES_PASSWORD = 'a b/c@d:%41?é#';

/** A running server. */
export interface PostgresServer {
  readonly port: number;
  /** Address of a new, empty database. */
  createDatabase(): Promise<string>;
  /** Runs one statement on the database of `url`, or on the server's own. */
  query(text: string, url?: string): Promise<Record<string, unknown>[]>;
  /** Ends it at once, as a crash would; {@link PostgresServer.start} brings it back with its data. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Folder of `initdb` and `postgres`; null where they are not. */
export function postgresPrograms(): string | null {
  const onPath = readEnvironment().path.split(delimiter);
  const installed = globSync('/usr/lib/postgresql/*/bin').toSorted((a, b) =>
    b.localeCompare(a, 'en', { numeric: true }),
  );
  return (
    [...installed, ...onPath].find((folder) =>
      ['initdb', 'postgres'].every((name) => existsSync(join(folder, name))),
    ) ?? null
  );
}

/** Makes and starts a server; fails where {@link postgresPrograms} is null. */
export async function startPostgres(): Promise<PostgresServer> {
  const programs = postgresPrograms();
  if (programs === null) throw new Error('There are no programs of a PostgreSQL server here.');
  const folder = await mkdtemp(join(tmpdir(), 'nightloom-postgres-'));
  const isRoot = process.getuid?.() === 0;
  const account = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
  if (isRoot) await chown(folder, NOBODY, NOBODY);
  const data = join(folder, 'data');
  const env = { PATH: readEnvironment().path, LC_ALL: 'C', TZ: 'UTC' };
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, POSTGRES_PASSWORD);
  if (isRoot) await chown(passwordFile, NOBODY, NOBODY);
  const options = ['-U', 'tester', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8', '--no-sync'];
  await run(join(programs, 'initdb'), ['-D', data, ...options], { ...account, cwd: folder, env });
  const port = await choosePort([]);
  const argv = [join(programs, 'postgres'), '-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', '', '-F'];
  let keeper: ChildProcess | null = null;
  let count = 0;

  const server: PostgresServer = {
    port,
    createDatabase: async () => {
      count += 1;
      const name = `test_${count}`;
      await server.query(`create database ${name}`);
      return addressOf(port, name);
    },
    query: (text, url = addressOf(port, 'postgres')) => query(text, url),
    start: async () => {
      // The shell between ends the server when this process is gone for whatever reason: its standard input closes then.
      const script = '"$@" </dev/null & server=$!; cat >/dev/null; kill -QUIT $server; wait $server';
      keeper = spawn('/bin/sh', ['-c', script, 'keeper', ...argv], {
        ...account,
        cwd: folder,
        env,
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      await untilAnswers(port);
    },
    kill: async () => {
      if (keeper === null) return;
      const ended = once(keeper, 'exit');
      keeper.stdin?.end();
      await ended;
      keeper = null;
    },
    stop: async () => {
      await server.kill();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  await server.start();
  return server;
}

function addressOf(port: number, database: string): string {
  return `postgres://tester:${encodeURIComponent(POSTGRES_PASSWORD)}@127.0.0.1:${port}/${database}`;
}

async function query(text: string, connectionString: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

async function untilAnswers(port: number): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      await query('select 1', addressOf(port, 'postgres'));
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
