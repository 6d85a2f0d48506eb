/** A state directory and a repository as a faultless night leaves them: two tasks completed, one failed. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openStore } from '../../src/store/open-store.ts';
import { makeRepository } from '../support/git-repository.ts';
import type { TestRepository } from '../support/git-repository.ts';
import type { CheckRequest } from './checker.ts';
import { takeSnapshot } from './repository-facts.ts';

/** What a test changes to break a promise. */
export interface GoodState {
  readonly home: string;
  readonly witness: string;
  readonly repository: TestRepository;
  readonly installation: string;
  /** Shas of the two commits. */
  readonly commits: Readonly<Record<'tracked' | 'untracked', string>>;
  readonly request: CheckRequest;
  /** Changes the database. */
  sql(statement: string): void;
  /** Writes a run directory that was claimed and ended at these seconds. */
  run(name: string, startedS: number, endedS: number, code?: number): Promise<void>;
  /** Writes a claim; `done` null: not done. */
  claim(task: TaskName, done: string | null): Promise<void>;
  remove(): Promise<void>;
}

/** The tasks: completed, completed, failed. */
export type TaskName = 'tracked' | 'untracked' | 'broken';

/** Ids of the tasks. */
export const TASKS: Readonly<Record<TaskName, string>> = {
  tracked: 't_aaaaaaaaaa',
  untracked: 't_bbbbbbbbbb',
  broken: 't_cccccccccc',
};
const BATCH = 'b_aaaaaaaaaa';
const PROJECT = 'p_aaaaaaaaaa';
const NOW_S = 1_700_000_000;
const TEXT = '# Do it\n';

/** Makes it all anew. */
export async function makeGoodState(): Promise<GoodState> {
  const home = await mkdtemp(join(tmpdir(), 'nightloom-checker-'));
  const installation = `i_${Math.random().toString(36).slice(2, 12).padEnd(10, '0')}`;
  const witness = join(home, 'witness.log');
  await writeFile(join(home, 'installation.json'), JSON.stringify({ v: 1, installation, host: 'test-aaaa' }));
  const repository = await makeRepository({ 'a.txt': 'a\n', [path('tracked')]: TEXT, [path('broken')]: TEXT });
  const base = await repository.git(['rev-parse', 'HEAD']);
  const commits = await makeCommits(repository);
  await makeUserWork(repository);
  const before = [await takeSnapshot(repository.directory)];
  // What the product does last: the untracked copy goes after its commit.
  await rm(join(repository.directory, path('untracked')));

  const sql = (statement: string): void => {
    const database = new DatabaseSync(join(home, 'nightloom.db'));
    database.exec(statement);
    database.close();
  };
  const run: GoodState['run'] = async (name, startedS, endedS, code = 0) => {
    const directory = join(home, 'runs', name);
    await mkdir(directory, { recursive: true });
    const exit = JSON.stringify({ code, timedOut: false, terminated: false });
    await writeFile(join(directory, 'claim'), '1 1 boot none\n');
    await utimes(join(directory, 'claim'), NOW_S + startedS, NOW_S + startedS);
    await writeFile(join(directory, 'exit.json'), exit);
    await utimes(join(directory, 'exit.json'), NOW_S + endedS, NOW_S + endedS);
  };
  const claim: GoodState['claim'] = async (task, done) => {
    const text = JSON.stringify({ task: TASKS[task], batch: BATCH, done, since: (NOW_S + 40) * 1000 });
    await mkdir(join(home, 'claims'), { recursive: true });
    const name = createHash('sha256').update(task).digest('hex');
    await writeFile(join(home, 'claims', `${name}.json`), text);
  };

  await openStore({ file: join(home, 'nightloom.db') }).then((store) => store.close());
  sql(rows(repository.directory, base, commits));
  for (const [index, task] of (['tracked', 'untracked', 'broken'] as const).entries()) {
    const directory = `${TASKS[task]}/1`;
    const code = task === 'broken' ? 1 : 0;
    await run(`${directory}/agent`, index * 10, index * 10 + 4);
    await run(`${directory}/verify-0-0`, index * 10 + 5, index * 10 + 6, code);
    const tree = task === 'broken' ? null : await repository.git(['rev-parse', `${commits[task]}^{tree}`]);
    const round = JSON.stringify({ verdict: code === 0 ? 'passed' : 'failed', tree, checks: [] });
    await writeFile(join(home, 'runs', directory, 'verify-0.json'), round);
    if (task !== 'broken') await claim(task, commits[task]);
  }
  await writeFile(
    witness,
    Object.values(TASKS)
      .map((task) => `begin ${installation}/${task}/1/agent\n`)
      .join(''),
  );
  return {
    home,
    witness,
    repository,
    installation,
    commits,
    request: { home, before, witness, graceMs: 300 },
    sql,
    run,
    claim,
    remove: async () => {
      await rm(home, { recursive: true, force: true });
      await repository.remove();
    },
  };
}

async function makeCommits(repository: TestRepository): Promise<GoodState['commits']> {
  const commit = async (task: 'tracked' | 'untracked'): Promise<string> => {
    await repository.write(`${task}.txt`, `${task}\n`);
    await rm(join(repository.directory, path(task)), { force: true });
    return await repository.commit(messageOf(task));
  };
  await repository.git(['switch', '--quiet', '-c', 'nightloom/night']);
  const commits = { tracked: await commit('tracked'), untracked: await commit('untracked') };
  await repository.git(['switch', '--quiet', 'main']);
  return commits;
}

/** Message of the commit of a task. */
export function messageOf(task: TaskName): string {
  return `Auto-commit: ${task}\n\nNightloom-Task: ${TASKS[task]}\nNightloom-Batch: ${BATCH}\nNightloom-Attempt: 1`;
}

async function makeUserWork(repository: TestRepository): Promise<void> {
  await repository.write('a.txt', 'stashed\n');
  await repository.git(['stash', 'push', '--quiet']);
  await repository.git(['branch', 'other']);
  await repository.write('a.txt', 'not committed\n');
  await repository.write('scratch.txt', 'scratch\n');
  await repository.write(path('untracked'), TEXT);
}

/** Path of the requirement of a task. */
export function path(task: TaskName): string {
  return `.claude/commands/${task}.md`;
}

function rows(directory: string, base: string, commits: GoodState['commits']): string {
  const at = '2026-01-01T00:00:00.000Z';
  const workspaces = { [PROJECT]: { branch: 'nightloom/night', base, policy: { verifyCommands: 1 }, redBaseline: [] } };
  const sha256 = createHash('sha256').update(TEXT).digest('hex');
  const tasks = Object.entries(TASKS).map(([name, id], index) => {
    const failed = name === 'broken';
    const commit = name === 'tracked' ? commits.tracked : name === 'untracked' ? commits.untracked : null;
    const details = JSON.stringify({ commit, verified: failed ? 'failed' : 'passed' });
    const check = { command: 'true', passed: !failed, baseline: 'passed', exitCode: failed ? 1 : 0 };
    return `
      insert into tasks (id, type, status, version, params, created_at, batch, project, name, title, rank, attempt, spent, details)
      values ('${id}', 'requirement', '${failed ? 'failed' : 'completed'}', '${sha256}', '{}', '${at}', '${BATCH}', '${PROJECT}',
        '${name}', '${name}', ${index}, 1, 1, '${details}');
      insert into attempts (task, number, started_at, record)
      values ('${id}', 1, '${at}', '${JSON.stringify({ number: 1, checks: [check] })}');`;
  });
  return `
    insert into projects (id, name, path, host, settings, created_at)
    values ('${PROJECT}', 'test', '${directory}', 'test-aaaa', '{}', '${at}');
    insert into batches (id, name, host, project, epoch, seq, status, on_failure, flags, head, command_number, created_at, recorded_at)
    values ('${BATCH}', 'night', 'test-aaaa', '${PROJECT}', 1, 1, 'completed', 'continue', '{}',
      '${JSON.stringify({ workspaces })}', 1, '${at}', '${at}');
    ${tasks.join('\n')}`;
}
