/**
 * The production topology from processes: API, control worker and host worker with state directories of their own,
 * a PostgreSQL server, and the run's Temporal server as the cluster. They share what a secret store would give them.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StatusSchema } from '../../../src/contracts/views.ts';
import type { Status } from '../../../src/contracts/views.ts';
import { newHostId, newId } from '../../../src/platform/ids.ts';
import { choosePort } from '../../../src/temporal/ports.ts';
import { POSTGRES_PASSWORD, startPostgres } from '../../support/postgres.ts';
import type { PostgresServer } from '../../support/postgres.ts';
import { makeUser } from './user.ts';
import type { Running, User } from './user.ts';

/** The processes. */
export type Part = 'api' | 'worker' | 'host';

/** The host of all of them. */
export const HOST = newHostId('builder');

/** The running stack, and the user before it. */
export interface StackInParts {
  readonly user: User;
  readonly postgres: PostgresServer;
  readonly installation: string;
  readonly token: string;
  /** `door` is where the host answers the API, the others serve metrics (the API: everything). */
  readonly ports: Readonly<Record<Part | 'door', number>>;
  /** Environment of the command line: it only knows address and token. */
  readonly client: Readonly<Record<string, string>>;
  /** Environment of a part with a state directory of its own below `user.root`. */
  ofPart(name: string): Record<string, string>;
  status(): Promise<Status>;
  /** Starts a part, and waits until it is there. */
  start(part: Part): Promise<void>;
  /** Ends a part, and waits for that. */
  kill(part: Part, signal: NodeJS.Signals): Promise<void>;
  /** Ends everything and removes it. */
  stop(): Promise<void>;
}

/** Starts all parts. Needs the programs of a PostgreSQL server. */
export async function startInParts(temporalAddress: string): Promise<StackInParts> {
  await using begun = new AsyncDisposableStack();
  const user = await makeUser(temporalAddress);
  begun.defer(() => user.leave());
  const postgres = await startPostgres();
  begun.defer(() => postgres.stop());
  const taken: number[] = [];
  for (let count = 0; count < 4; count += 1) taken.push(await choosePort([], taken));
  const [api = 0, door = 0, worker = 0, host = 0] = taken;
  const { token, installation, shared } = await shareSecrets(user, postgres);
  const ofPart = (name: string): Record<string, string> => ({ ...shared, NIGHTLOOM_HOME: join(user.root, name) });
  const client = { NIGHTLOOM_URL: `http://127.0.0.1:${api}`, NIGHTLOOM_TOKEN: token };
  const at = (port: number): string => `127.0.0.1:${port}`;
  const commands: Readonly<Record<Part, { readonly args: string[]; readonly says: string }>> = {
    api: { args: ['api', '--listen', at(api), '--host', HOST, '--door', `http://${at(door)}`], says: 'API: ' },
    worker: { args: ['worker', '--metrics', at(worker)], says: ' polls ' },
    host: { args: ['worker', '--host', HOST, '--listen', at(door), '--metrics', at(host)], says: ' polls ' },
  };
  const running = new Map<Part, Running>();
  const start = async (part: Part): Promise<void> => {
    const { args, says } = commands[part];
    const started = user.start(args, { env: part === 'host' ? withoutDatabase(ofPart(part)) : ofPart(part) });
    running.set(part, started);
    await started.says(says);
  };
  const kill = async (part: Part, signal: NodeJS.Signals): Promise<void> => {
    const found = running.get(part);
    found?.child.kill(signal);
    await found?.ended;
  };
  begun.defer(async () => {
    for (const part of running.keys()) await kill(part, 'SIGTERM');
  });
  await Promise.all([start('api'), start('worker'), start('host')]);
  const owned = begun.move();
  return {
    user,
    postgres,
    installation,
    token,
    ports: { api, door, worker, host },
    client,
    ofPart,
    status: async () => StatusSchema.parse((await user.json(['status'], { env: client })).doc),
    start,
    kill,
    stop: () => owned.disposeAsync(),
  };
}

async function shareSecrets(user: User, postgres: PostgresServer) {
  const secrets = join(user.root, 'secrets');
  await mkdir(secrets, { mode: 0o700 });
  const token = `nl_${randomBytes(32).toString('base64url')}`;
  const installation = newId('installation');
  await writeFile(join(secrets, 'secret'), `${randomBytes(32).toString('hex')}\n`);
  await writeFile(join(secrets, 'token'), `${token}\n`);
  await writeFile(join(secrets, 'database'), `${POSTGRES_PASSWORD}\n`);
  const database = new URL(await postgres.createDatabase());
  database.password = '';
  const shared = {
    NIGHTLOOM_INSTALLATION: installation,
    NIGHTLOOM_SECRET_FILE: join(secrets, 'secret'),
    NIGHTLOOM_TOKEN_FILE: join(secrets, 'token'),
    NIGHTLOOM_DATABASE_URL: database.href,
    NIGHTLOOM_DATABASE_PASSWORD_FILE: join(secrets, 'database'),
  };
  return { token, installation, shared };
}

/** The host worker has none. */
function withoutDatabase(env: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('NIGHTLOOM_DATABASE_')));
}
