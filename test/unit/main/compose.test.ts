/** docker-compose.yml against the program: its commands are ours, its variables are read, its files are there. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { loadInstallation } from '../../../src/main/installation.ts';
import { apiOptions, controlWorkerOptions, remoteHostOptions } from '../../../src/main/service-options.ts';
import { readEnvironment } from '../../../src/platform/environment.ts';
import { ensureStateDirectory } from '../../../src/platform/paths.ts';
import { POSTGRES_PASSWORD, postgresPrograms, startPostgres } from '../../support/postgres.ts';

const ROOT = new URL('../../../', import.meta.url).pathname;
const run = promisify(execFile);

/** What of the Compose specification we use (https://github.com/compose-spec/compose-spec); anything else is a slip. */
const Condition = z.enum(['service_started', 'service_healthy', 'service_completed_successfully']);
const Duration = z.string().regex(/^\d+(s|m|h)$/);
const Service = z.strictObject({
  image: z.string(),
  build: z
    .strictObject({ context: z.string(), target: z.string(), args: z.record(z.string(), z.string()).optional() })
    .optional(),
  restart: z.string().regex(/^(no|always|unless-stopped|on-failure(:\d+)?)$/),
  depends_on: z.record(z.string(), z.strictObject({ condition: Condition })).default({}),
  environment: z.record(z.string(), z.string()).default({}),
  secrets: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  networks: z.array(z.string()),
  ports: z.array(z.string()).default([]),
  entrypoint: z.array(z.string()).optional(),
  command: z.array(z.string()).optional(),
  healthcheck: z
    .strictObject({
      test: z.array(z.string()).min(2),
      interval: Duration,
      timeout: Duration,
      retries: z.int(),
      start_period: Duration,
    })
    .optional(),
  init: z.boolean().optional(),
  pid: z.literal('host').optional(),
  hostname: z.string().optional(),
  read_only: z.boolean().optional(),
  tmpfs: z.array(z.string()).optional(),
  cap_drop: z.array(z.string()).optional(),
  security_opt: z.array(z.string()).optional(),
  shm_size: z.string().optional(),
  stop_grace_period: Duration.optional(),
});
const Compose = z.object({
  name: z.string(),
  services: z.record(z.string(), Service),
  networks: z.record(z.string(), z.strictObject({ internal: z.boolean().optional() })),
  volumes: z.record(z.string(), z.strictObject({})),
  secrets: z.record(z.string(), z.strictObject({ file: z.string() })),
});

/** Variables of images that are not ours: the server's configuration template and entry point, the CLI, the Web UI, PostgreSQL. */
const FOREIGN: Readonly<Record<string, readonly string[]>> = {
  postgres: ['POSTGRES_PASSWORD_FILE'],
  'temporal-schema': ['SQL_HOST', 'SQL_USER'],
  temporal: [
    'DB',
    'DB_PORT',
    'POSTGRES_SEEDS',
    'POSTGRES_USER',
    'DBNAME',
    'VISIBILITY_DBNAME',
    'NUM_HISTORY_SHARDS',
    'BIND_ON_IP',
    'DYNAMIC_CONFIG_FILE_PATH',
    'LOG_LEVEL',
  ],
  'temporal-namespace': ['TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE'],
  'temporal-ui': ['TEMPORAL_ADDRESS', 'TEMPORAL_DISABLE_WRITE_ACTIONS'],
};

const OURS = ['api', 'worker', 'host'] as const;

let compose: z.infer<typeof Compose>;
let folder: string;
beforeAll(async () => {
  const text = await readFile(join(ROOT, 'docker-compose.yml'), 'utf8');
  compose = Compose.parse(parse(text, { merge: true }));
  folder = await mkdtemp(join(tmpdir(), 'nightloom-compose-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function service(name: string): z.infer<typeof Service> {
  const found = compose.services[name];
  if (found === undefined) throw new Error(`No service ${name}.`);
  return found;
}

/** The options that follow the verb, as the CLI hands them on. */
function flagsOf(words: readonly string[]): Record<string, string | string[]> {
  const flags: Record<string, string | string[]> = {};
  for (let at = 0; at < words.length; at += 2) {
    const name = (words[at] ?? '').slice(2);
    const value = words[at + 1] ?? '';
    if (name === 'allow-host') flags['allowHost'] = [value];
    else flags[name] = value;
  }
  return flags;
}

describe('docker-compose.yml', () => {
  it('names only services, networks, volumes, secrets, files and stages that exist', async () => {
    const stages = [...(await readFile(join(ROOT, 'Dockerfile'), 'utf8')).matchAll(/^FROM \S+ AS (\S+)$/gm)];
    const stageNames = stages.map(([, name]) => name);
    for (const [name, each] of Object.entries(compose.services)) {
      for (const other of Object.keys(each.depends_on)) expect(compose.services, name).toHaveProperty([other]);
      for (const network of each.networks) expect(compose.networks, name).toHaveProperty([network]);
      for (const secret of each.secrets) expect(compose.secrets, name).toHaveProperty([secret]);
      for (const volume of each.volumes) {
        const [source = ''] = volume.split(':');
        if (source.startsWith('./')) expect(existsSync(join(ROOT, source)), volume).toBe(true);
        else if (!source.startsWith('$')) expect(compose.volumes, name).toHaveProperty([source]);
      }
      if (each.build !== undefined) expect(stageNames).toContain(each.build.target);
      for (const [other, { condition }] of Object.entries(each.depends_on)) {
        if (condition === 'service_healthy') expect(service(other).healthcheck, other).toBeDefined();
      }
    }
  });

  it('pins every image, opens ports on loopback only, and keeps database and cluster where nothing leads out', () => {
    const stores = ['postgres', 'temporal', 'worker'];
    for (const [name, each] of Object.entries(compose.services)) {
      expect(each.image, name).toMatch(/:\d+\.\d+(\.\d+)?(-[\w.]+)?$/);
      for (const port of each.ports) expect(port, name).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
      if (stores.includes(name)) expect(each, name).toMatchObject({ networks: ['inside'], ports: [] });
      // What runs for ever says whether it works.
      if (each.restart === 'unless-stopped') expect(each.healthcheck, name).toBeDefined();
    }
    expect(compose.networks['inside']).toEqual({ internal: true });
  });

  it('holds no secret: passwords come from files', async () => {
    const text = await readFile(join(ROOT, 'docker-compose.yml'), 'utf8');
    for (const [, name, value] of text.matchAll(/^\s+(\w*(?:PASSWORD|PWD|SECRET|TOKEN)\w*):\s*(\S+)/gm)) {
      expect(name).toMatch(/_FILE$/);
      expect(value).toMatch(/^\/run\/secrets\//);
    }
    expect(await readFile(join(ROOT, '.gitignore'), 'utf8')).toMatch(/^secrets\/$/m);
  });

  it.each(OURS)('%s: its command is one of ours, and each variable is one that we read', async (name) => {
    const { command = [], environment, secrets } = service(name);
    const [verb = '', ...words] = command;
    const { stdout } = await run(join(ROOT, 'nightloom'), [verb, '--help']);
    for (const word of words.filter((each) => each.startsWith('--'))) expect(stdout).toContain(`${word} <`);
    const argument = JSON.stringify(flagsOf(words));
    const parsed = {
      api: () => apiOptions(argument, 1),
      host: () => remoteHostOptions(argument, 1),
      worker: () => controlWorkerOptions(argument),
    }[name]();
    const metrics = { metrics: { host: '0.0.0.0', port: 7791 } };
    if (name !== 'worker') expect(parsed).toMatchObject({ host: 'host-1', listen: { host: '0.0.0.0' } });
    if (name !== 'api') expect(parsed).toMatchObject(metrics);
    // A variable that nobody reads would change nothing in what was read.
    const { raw: _, ...nothing } = readEnvironment({});
    for (const [variable, value] of Object.entries(environment)) {
      if (variable === 'TEMPORAL_NAMESPACE' || variable === 'TEMPORAL_ADDRESS') continue;
      const { raw: __, ...read } = readEnvironment({ [variable]: value });
      expect(read, variable).not.toEqual(nothing);
      if (value.startsWith('/run/secrets/')) expect(secrets).toContain(value.slice('/run/secrets/'.length));
    }
    expect(environment).toHaveProperty('TEMPORAL_ADDRESS');
  });

  it('gives the host no database, and the API its door', () => {
    expect(Object.keys(service('host').environment).filter((name) => name.includes('DATABASE'))).toEqual([]);
    expect(service('host').secrets).not.toContain('nightloom_database_password');
    const { door, host } = apiOptions(JSON.stringify(flagsOf(service('api').command?.slice(1) ?? [])), 1);
    const there = remoteHostOptions(JSON.stringify(flagsOf(service('host').command?.slice(1) ?? [])), 1);
    expect(door).toBe(`http://host:${there.listen.port}/`);
    expect(host).toBe(there.host);
  });

  it('gives the other images only variables that they know', () => {
    for (const [name, each] of Object.entries(compose.services)) {
      if (OURS.some((own) => own === name)) continue;
      expect(FOREIGN[name], name).toEqual(expect.arrayContaining(Object.keys(each.environment)));
    }
  });
});

describe('Dockerfile', () => {
  it('builds on glibc, ends as an unprivileged user, and copies what is there', async () => {
    const text = await readFile(join(ROOT, 'Dockerfile'), 'utf8');
    expect(text).toMatch(/^ARG NODE_IMAGE=node:\d+\.\d+\.\d+-\w+-slim$/m);
    for (const stage of text.split(/^FROM /m).slice(2))
      expect(stage.match(/^USER .+$/gm)?.at(-1)).toBe('USER nightloom');
    for (const [, from = ''] of text.matchAll(/^COPY --from=build (.+) \S+$/gm)) {
      for (const path of from.split(' ')) {
        const inside = path.replace('/opt/nightloom/', '');
        const isMade = ['node_modules', 'dist', 'web/dist'].includes(inside);
        expect(isMade || existsSync(join(ROOT, inside)), path).toBe(true);
      }
    }
  });
});

describe('deploy/', () => {
  it('make-secrets.sh makes secrets that the program takes, and keeps what is there', async () => {
    await run('/bin/sh', [join(ROOT, 'deploy/make-secrets.sh'), folder]);
    for (const { file } of Object.values(compose.secrets)) expect(existsSync(join(folder, file)), file).toBe(true);
    expect((await stat(join(folder, 'secrets'))).mode & 0o777).toBe(0o700);
    const env = await readFile(join(folder, '.env'), 'utf8');
    const installation = /^NIGHTLOOM_INSTALLATION=(\S+)$/m.exec(env)?.[1] ?? null;
    const given = {
      installation,
      secretFile: join(folder, 'secrets/nightloom_secret'),
      tokenFile: join(folder, 'secrets/nightloom_token'),
    };
    const paths = await ensureStateDirectory(join(folder, 'state'));
    const loaded = await loadInstallation(paths, given);
    expect(loaded.installation).toBe(installation);
    await run('/bin/sh', [join(ROOT, 'deploy/make-secrets.sh'), folder]);
    expect(await loadInstallation(paths, given)).toEqual(loaded);
    expect(await readFile(join(folder, '.env'), 'utf8')).toBe(env);
    const other = { ...given, installation: 'i_aaaaaaaaaa' };
    await expect(loadInstallation(paths, other)).rejects.toMatchObject({ code: 'state_dir_unusable' });
  });

  it('every script is valid for a plain shell', async () => {
    for (const name of ['make-secrets', 'postgres-databases', 'temporal-schema', 'temporal-namespace']) {
      await run('/bin/sh', ['-n', join(ROOT, `deploy/${name}.sh`)]);
    }
  });

  it.skipIf(postgresPrograms() === null)(
    'postgres-databases.sh keeps the two users apart (with the programs of a PostgreSQL server)',
    async () => {
      const server = await startPostgres();
      try {
        await run('/bin/sh', [join(ROOT, 'deploy/make-secrets.sh'), folder]);
        const env = {
          PATH: `${postgresPrograms()}:${readEnvironment().path}`,
          PGHOST: '127.0.0.1',
          PGPORT: String(server.port),
          POSTGRES_USER: 'tester',
          PGPASSWORD: POSTGRES_PASSWORD,
          SECRETS_FOLDER: join(folder, 'secrets'),
        };
        await run('/bin/sh', [join(ROOT, 'deploy/postgres-databases.sh')], { env });
        const allowed = async (role: string, database: string) => {
          const [row] = await server.query(`select has_database_privilege('${role}', '${database}', 'connect') as yes`);
          return row?.['yes'];
        };
        expect(await allowed('nightloom', 'nightloom')).toBe(true);
        expect(await allowed('temporal', 'temporal_visibility')).toBe(true);
        expect(await allowed('temporal', 'nightloom')).toBe(false);
        expect(await allowed('nightloom', 'temporal')).toBe(false);
      } finally {
        await server.stop();
      }
    },
  );
});
