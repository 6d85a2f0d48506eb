/** What a run left in the database and in the state directory, read without any code of the product's. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** A row of `tasks` with the JSON parts that promises are about. */
export interface TaskFacts {
  readonly id: string;
  readonly batch: string;
  readonly project: string;
  readonly name: string;
  /** sha256 of the frozen requirement. */
  readonly sha256: string;
  readonly status: string;
  readonly attempt: number;
  /** How often it was moved to another batch. */
  readonly hops: number;
  readonly commit: string | null;
  readonly verified: string;
  /** Whether each command of the last recorded attempt ended well, or was red before anything was done. */
  readonly checks: readonly { readonly command: string; readonly passed: boolean; readonly wasRed: boolean }[];
}

/** A row of `batches`; `workspaces` by project id. */
export interface BatchFacts {
  readonly id: string;
  readonly status: string;
  readonly workspaces: ReadonlyMap<string, { branch: string; base: string; verifyCommands: number }>;
  /** Ids of transfers to other batches that nobody has answered. */
  readonly openTransfers: readonly string[];
}

/** One run directory; times in milliseconds, null while unknown. */
export interface RunFacts {
  readonly task: string;
  readonly attempt: number;
  readonly step: string;
  readonly startedMs: number | null;
  readonly endedMs: number | null;
  readonly exitCode: number | null;
  /** Ended on request, sealed or timed out: its exit code says nothing about the program. */
  readonly cut: boolean;
}

/** A task claim on disk. */
export interface ClaimFacts {
  readonly task: string;
  readonly done: string | null;
  readonly sinceMs: number;
}

/** Everything of one state directory. */
export interface StateFacts {
  readonly installation: string;
  readonly projects: ReadonlyMap<string, string>;
  readonly batches: readonly BatchFacts[];
  readonly tasks: readonly TaskFacts[];
  readonly runs: readonly RunFacts[];
  readonly claims: readonly ClaimFacts[];
  /** `<task>/<attempt>` -> rounds of verification in order. */
  readonly rounds: ReadonlyMap<string, readonly { verdict: string; tree: string | null }[]>;
}

/** Statuses that a task never leaves by itself. */
export const FINAL = new Set(['completed', 'failed', 'skipped', 'cancelled']);

type Json = Readonly<Record<string, unknown>>;

/** Reads the state directory `home`. */
export async function readState(home: string): Promise<StateFacts> {
  const identity = asJson(JSON.parse(await readFile(join(home, 'installation.json'), 'utf8')));
  const [{ runs, rounds }, claims] = await Promise.all([
    readRuns(join(home, 'runs')),
    readClaims(join(home, 'claims')),
  ]);
  return {
    installation: text(identity['installation']),
    ...readDatabase(join(home, 'nightloom.db')),
    runs,
    rounds,
    claims,
  };
}

function readDatabase(file: string): Pick<StateFacts, 'projects' | 'batches' | 'tasks'> {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const all = (sql: string): Json[] => database.prepare(sql).all().map(asJson);
    const checks = new Map<string, TaskFacts['checks']>();
    for (const row of all('select task, record from attempts order by task, number')) {
      checks.set(text(row['task']), list(parsed(row['record'])['checks']).map(toCheck));
    }
    return {
      projects: new Map(all('select id, path from projects').map((row) => [text(row['id']), text(row['path'])])),
      batches: all('select id, status, head from batches').map(toBatch),
      tasks: all('select * from tasks').map((row) => toTask(row, checks.get(text(row['id'])) ?? [])),
    };
  } finally {
    database.close();
  }
}

function toTask(row: Json, checks: TaskFacts['checks']): TaskFacts {
  const details = parsed(row['details']);
  return {
    id: text(row['id']),
    batch: text(row['batch']),
    project: text(row['project']),
    name: text(row['name']),
    sha256: text(row['version']),
    status: text(row['status']),
    attempt: Number(row['attempt']),
    hops: Number(row['hops']),
    commit: typeof details['commit'] === 'string' ? details['commit'] : null,
    verified: text(details['verified'] ?? 'none'),
    checks,
  };
}

function toCheck(value: unknown): TaskFacts['checks'][number] {
  const check = asJson(value);
  return { command: text(check['command']), passed: check['passed'] === true, wasRed: check['baseline'] === 'failed' };
}

function toBatch(row: Json): BatchFacts {
  const workspaces = Object.entries(asJson(parsed(row['head'])['workspaces'])).map(([project, value]) => {
    const workspace = asJson(value);
    const verifyCommands = Number(asJson(workspace['policy'])['verifyCommands'] ?? 0);
    const place = { branch: text(workspace['branch']), base: text(workspace['base']), verifyCommands };
    return [project, place] as const;
  });
  const openTransfers = Object.keys(asJson(parsed(row['head'])['transfers']));
  return { id: text(row['id']), status: text(row['status']), workspaces: new Map(workspaces), openTransfers };
}

async function readRuns(folder: string): Promise<Pick<StateFacts, 'runs' | 'rounds'>> {
  const runs: RunFacts[] = [];
  const rounds = new Map<string, { verdict: string; tree: string | null }[]>();
  for (const task of await names(folder)) {
    if (!task.startsWith('t_')) continue;
    for (const attempt of await names(join(folder, task))) {
      const directory = join(folder, task, attempt);
      for (const entry of (await names(directory)).toSorted()) {
        const round = /^verify-(\d+)\.json$/.exec(entry)?.[1];
        if (round !== undefined) {
          const value = parsed(await read(join(directory, entry)));
          const known = rounds.get(`${task}/${attempt}`) ?? [];
          known[Number(round)] = {
            verdict: text(value['verdict']),
            tree: typeof value['tree'] === 'string' ? value['tree'] : null,
          };
          rounds.set(`${task}/${attempt}`, known);
        }
        if (entry.includes('.')) continue;
        runs.push(await readRun(join(directory, entry), { task, attempt: Number(attempt), step: entry }));
      }
    }
  }
  return { runs, rounds };
}

async function readRun(directory: string, name: Pick<RunFacts, 'task' | 'attempt' | 'step'>): Promise<RunFacts> {
  const exit = parsed(await read(join(directory, 'exit.json')));
  const code = exit['code'];
  return {
    ...name,
    startedMs: await changedMs(join(directory, 'claim')),
    endedMs: await changedMs(join(directory, 'exit.json')),
    exitCode: typeof code === 'number' ? code : null,
    cut: exit['terminated'] === true || exit['timedOut'] === true,
  };
}

async function readClaims(folder: string): Promise<ClaimFacts[]> {
  const claims: ClaimFacts[] = [];
  for (const name of await names(folder)) {
    if (!/^[0-9a-f]{64}\.json$/.test(name)) continue;
    const value = parsed(await read(join(folder, name)));
    const done = typeof value['done'] === 'string' ? value['done'] : null;
    claims.push({ task: text(value['task']), done, sinceMs: Number(value['since']) });
  }
  return claims;
}

async function names(folder: string): Promise<string[]> {
  return await readdir(folder).catch(() => []);
}

async function read(file: string): Promise<string | null> {
  return await readFile(file, 'utf8').catch(() => null);
}

async function changedMs(file: string): Promise<number | null> {
  return await stat(file).then(
    (found) => found.mtimeMs,
    () => null,
  );
}

function parsed(value: unknown): Json {
  if (typeof value !== 'string' || value === '') return {};
  return asJson(JSON.parse(value));
}

function asJson(value: unknown): Json {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
