/** A repository whose user left all kinds of things lying about, and a batch in it that meets every step of the product. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SettingsOverrides } from '../../src/contracts/settings.ts';
import { makeRepository } from '../support/git-repository.ts';
import type { TestRepository } from '../support/git-repository.ts';
import { check } from './checker.ts';
import type { CheckRequest, Violation } from './checker.ts';
import { takeSnapshot } from './repository-facts.ts';
import type { Snapshot } from './repository-facts.ts';
import type { FaultStack } from './stack.ts';

/** A requirement: lines of its script by section (`attempt`, then `on ...:` lines among them). */
export interface FaultTask {
  readonly name: string;
  readonly lines: readonly string[];
  /** The file exists in the checkout only. */
  readonly untracked?: boolean;
}

/** A project of a test with its user's work as it was before. */
export interface FaultProject {
  readonly repository: TestRepository;
  readonly id: string;
  readonly before: Snapshot;
}

/** Fixed by a fix round, committed from an untracked requirement, failed and kept. */
export const THREE_TASKS: readonly FaultTask[] = [
  { name: 'fixed', lines: ['sleep 400ms', 'write src/fixed.txt bad', 'on fix 1:', 'write src/fixed.txt good'] },
  { name: 'plain', lines: ['write src/plain.txt good'], untracked: true },
  { name: 'broken', lines: ['write src/broken.txt bad', 'on fix 1:', 'write src/broken.txt still bad'] },
];

/** How they end. */
export const THREE_ENDS = { fixed: 'completed', plain: 'completed', broken: 'failed' } as const;

const CHECK = '#!/bin/sh\nfor file in src/*.txt; do\n  [ ! -e "$file" ] || grep -q "^good" "$file" || exit 1\ndone\n';

/** Makes and registers the repository, below `folder` if that is given. */
export async function makeProject(
  stack: FaultStack,
  tasks: readonly FaultTask[],
  folder?: string,
): Promise<FaultProject> {
  const tracked = tasks.filter((task) => task.untracked !== true);
  const files = {
    'README.md': '# Fault test\n',
    'notes.txt': 'a note\n',
    'check.sh': CHECK,
    ...Object.fromEntries(tracked.map((task) => [fileOf(task), textOf(task)])),
  };
  const repository = await makeRepository(files, folder);
  stack.defer(() => repository.remove());
  await repository.git(['init', '--quiet', '--bare', remoteOf(repository)]);
  await repository.git(['remote', 'add', 'origin', remoteOf(repository)]);
  await repository.git(['branch', 'other']);
  await repository.write('notes.txt', 'stashed\n');
  await repository.git(['stash', 'push', '--quiet']);
  await repository.write('notes.txt', 'not committed\n');
  await repository.write('staged.txt', 'staged\n');
  await repository.git(['add', 'staged.txt']);
  await repository.write('scratch.txt', 'untracked\n');
  for (const task of tasks.filter((each) => each.untracked === true)) {
    await repository.write(fileOf(task), textOf(task));
  }
  const before = await takeSnapshot(repository.directory);
  await mkdir(join(stack.root, 'sessions'), { recursive: true });
  const { id } = await stack.call((client) => client.call('addProject', { body: { path: repository.directory } }));
  return { repository, id, before };
}

/** The bare repository that a project's `origin` is. */
export function remoteOf(repository: TestRepository): string {
  return join(repository.root, 'remote.git');
}

/** File in which the runs of the agent say that they begin. */
function witnessOf(stack: FaultStack): string {
  return join(stack.root, 'witness.log');
}

/** Makes a batch, unless one of this name was made by a call whose answer was lost, and starts it. Its id. */
export async function startBatch(
  stack: FaultStack,
  project: FaultProject,
  names: readonly string[],
  name = 'night',
  flags: SettingsOverrides = {},
): Promise<string> {
  const body = {
    name,
    tasks: names.map((requirementName) => ({ projectId: project.id, requirementName })),
    flags: {
      agent: { name: 'scripted' as const },
      verify: ['sh check.sh'],
      limits: { maxFixes: 1 },
      env: { NIGHTLOOM_SCRIPTED_STATE: join(stack.root, 'sessions'), FAULT_WITNESS: witnessOf(stack) },
      ...flags,
    },
  };
  const { id } = await stack.call(async (client) => {
    const { items } = await client.call('listBatches');
    const made = items.find((batch) => batch.name === name);
    return made ?? (await client.call('createBatch', { body }));
  });
  await stack.call((client) => client.call('startBatch', { params: { id }, body: { commandId: `start-${id}` } }));
  return id;
}

/** Waits until the database shows the batch as ended; rejects after `timeoutMs` with what it shows. */
export async function untilEnded(stack: FaultStack, batch: string, timeoutMs = 90_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const status = readStatus(stack.home, batch);
    if (status === 'completed' || status === 'cancelled') return;
    if (performance.now() > deadline) {
      const shown = await stack
        .call((client) => client.call('getBatch', { params: { id: batch } }), 1000)
        .catch(String);
      throw new Error(`The batch is ${status} after ${timeoutMs} ms: ${JSON.stringify(shown, null, 1)}`);
    }
    await sleep(50);
  }
}

/** Name -> status of the tasks of a batch, as the API shows them. */
export async function endsOf(stack: FaultStack, batch: string): Promise<Record<string, string>> {
  const view = await stack.call((client) => client.call('getBatch', { params: { id: batch } }));
  return Object.fromEntries(view.tasks.map((task) => [task.name, task.status]));
}

/** The checker's findings about the project of a stack. */
export async function violationsOf(
  stack: FaultStack,
  projects: readonly FaultProject[],
  more: Partial<CheckRequest> = {},
): Promise<Violation[]> {
  const before = projects.map((project) => project.before);
  return await check({ home: stack.home, before, witness: witnessOf(stack), ...more });
}

/** Status of a batch in the database; null while there is no such row. */
export function readStatus(home: string, batch: string): string | null {
  return readBatches(home).batches.get(batch)?.status ?? null;
}

/** What the database shows of batches and tasks. */
export interface ShownBatches {
  /** `waitsForUser`: a hold that no time ends. */
  readonly batches: ReadonlyMap<string, { status: string; waitsForUser: boolean; hold: unknown }>;
  readonly tasks: readonly { id: string; batch: string; status: string }[];
}

/** Reads it. */
export function readBatches(home: string): ShownBatches {
  const database = new DatabaseSync(join(home, 'nightloom.db'), { readOnly: true, timeout: 5000 });
  try {
    const rows = database.prepare("select id, status, json_extract(head, '$.hold') as hold from batches").all();
    const batches = rows.map((row): [string, { status: string; waitsForUser: boolean; hold: unknown }] => {
      const hold: unknown = typeof row['hold'] === 'string' ? JSON.parse(row['hold']) : null;
      const waitsForUser = typeof hold === 'object' && hold !== null && 'untilMs' in hold && hold.untilMs === null;
      return [String(row['id']), { status: String(row['status']), waitsForUser, hold }];
    });
    const tasks = database.prepare('select id, batch, status from tasks').all();
    return {
      batches: new Map(batches),
      tasks: tasks.map((row) => ({
        id: String(row['id']),
        batch: String(row['batch']),
        status: String(row['status']),
      })),
    };
  } finally {
    database.close();
  }
}

function fileOf({ name }: FaultTask): string {
  return `.claude/commands/${name}.md`;
}

/** Every section begins with a line for the witness. */
function textOf({ name, lines }: FaultTask): string {
  const witness = 'run printf "begin %s\\n" "$NIGHTLOOM_RUN" >>"$FAULT_WITNESS"';
  const body = lines.flatMap((line) => (line.startsWith('on ') ? [line, witness] : [line]));
  return [`# ${name}`, '', '```script', witness, ...body, '```', ''].join('\n');
}
