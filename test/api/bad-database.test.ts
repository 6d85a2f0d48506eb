/** The API on a database that is locked, full or damaged: what cannot be done is told, and what can be read is. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, stat } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProjectView } from '../../src/contracts/views.ts';
import { openStore } from '../../src/store/open-store.ts';
import { mayMount, mountSmallDisk } from '../support/small-disk.ts';
import type { SmallDisk } from '../support/small-disk.ts';
import { problemOf, startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

/** Another process that takes the only place of a writer and keeps it until it is ended. */
const HOLDER = `
const { DatabaseSync } = require('node:sqlite');
const database = new DatabaseSync(process.argv[1], { timeout: 5000 });
database.exec('begin immediate');
process.stdout.write('held\\n');
process.stdin.on('end', () => { database.exec('rollback'); database.close(); }).resume();
`;

/** What of a stack a refused request may not have changed. */
async function everything({ store }: Stack) {
  const { items: ideas } = await store.ideas.list({ limit: 500 });
  return { ideas, last: await store.events.lastSeq(), projects: await store.projects.list() };
}

const idea = (stack: Stack, shop: ProjectView, title: string) =>
  stack.send('POST', '/api/ideas', { projectId: shop.id, title });

describe('a database that another process has locked', () => {
  let stack: Stack;
  let shop: ProjectView;
  let holder: ChildProcess;
  beforeEach(async () => {
    stack = await startStack();
    shop = await stack.project('/srv/shop', 'a');
    holder = spawn(process.execPath, ['-e', HOLDER, stack.file], { stdio: ['pipe', 'pipe', 'inherit'] });
    if (holder.stdout === null) throw new Error('stdout is piped');
    await once(holder.stdout, 'data');
  });
  afterEach(async () => {
    await letGo();
    await stack.close();
  });
  const letGo = async (): Promise<void> => {
    if (holder.exitCode !== null) return;
    const ended = once(holder, 'exit');
    holder.stdin?.end();
    await ended;
  };

  it('refuses changes after five seconds with nothing half written, and answers reads meanwhile', async () => {
    const before = await everything(stack);
    const writing = Promise.all([1, 2, 3].map((number) => idea(stack, shop, `Locked ${number}`)));
    const ended = writing.then(() => 'ended' as const);
    const reads: number[] = [];
    while ((await Promise.race([ended, setTimeout(100, null)])) === null) {
      const startedAt = performance.now();
      const answers = await Promise.all(
        ['/api/projects', '/api/ideas', '/api/batches', '/api/tasks'].map((url) => stack.send('GET', url)),
      );
      reads.push(performance.now() - startedAt);
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    }
    for (const answer of await writing) expect(problemOf(answer)).toMatchObject({ code: 'database_busy', status: 503 });
    expect(reads.length).toBeGreaterThan(2);
    expect(Math.max(...reads)).toBeLessThan(3000);
    expect(await everything(stack)).toEqual(before);
    await letGo();
    expect((await idea(stack, shop, 'Free')).status).toBe(201);
    expect((await everything(stack)).ideas).toMatchObject([{ title: 'Free' }]);
  });

  it('waits for a lock that goes soon, and refuses nobody', async () => {
    const writing = Promise.all([1, 2, 3].map((number) => idea(stack, shop, `Waits ${number}`)));
    await setTimeout(500);
    await letGo();
    expect((await writing).map(({ status }) => status)).toEqual([201, 201, 201]);
    expect((await everything(stack)).ideas).toHaveLength(3);
  });
});

describe('a damaged database below a running API', () => {
  it('is told with what brings it back, is left as it is, and is not made anew', async () => {
    const stack = await startStack();
    try {
      const shop = await stack.project('/srv/shop');
      await damage(stack.file);
      const bytes = await readFile(stack.file);
      const answer = problemOf(await stack.send('GET', '/api/ideas?limit=500'));
      expect(answer).toMatchObject({ code: 'state_dir_unusable', status: 503 });
      expect(answer.details['next']).toContain('nightloom db rebuild');
      expect((await idea(stack, shop, 'More')).status).toBe(503);
      await expect(openStore({ file: stack.file })).rejects.toMatchObject({ code: 'state_dir_unusable' });
      expect((await stat(stack.file)).size).toBe(bytes.length);
    } finally {
      await stack.close();
    }
  });
});

/** More ideas than the API's connection has in memory, written by another one, and garbage over their pages. */
async function damage(file: string): Promise<void> {
  const other = new DatabaseSync(file);
  other.exec(`
    with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 1000)
    insert into ideas (id, project, title, body, status, created_at, updated_at)
      select 'i_' || n, 'p_none', 'Idea', hex(zeroblob(4000)), 'idea', n, n from numbers;
    pragma wal_checkpoint(truncate)`);
  other.close();
  await using handle = await open(file, 'r+');
  const { size } = await handle.stat();
  const first = 64 * 4096;
  await handle.write(Buffer.alloc(size - first, 0x5a), 0, size - first, first);
}

describe.skipIf(!(await mayMount()))('a full disk (where the user may mount one)', () => {
  let disk: SmallDisk;
  beforeEach(async () => {
    disk = await mountSmallDisk(16);
  });
  afterEach(() => disk.remove());

  it('refuses changes with nothing half written, answers reads, and goes on when there is space again', async () => {
    const stack = await startStack(undefined, disk.directory);
    try {
      const shop = await stack.project('/srv/shop', 'a');
      const before = await everything(stack);
      disk.fill();
      const refused = await untilRefused(() => idea(stack, shop, 'x'.repeat(200)));
      expect(refused).toMatchObject({ code: 'disk_low', status: 503 });
      const { ideas } = await everything(stack);
      for (const url of ['/api/projects', '/api/ideas', '/api/batches', '/api/tasks', '/api/health/live'])
        expect((await stack.send('GET', url)).status, url).toBe(200);
      // What was refused is not there, in no part.
      const text = 'y'.repeat(100_000);
      const large = await stack.send('POST', '/api/ideas', { projectId: shop.id, title: 'Large', text });
      expect(problemOf(large).code).toBe('disk_low');
      expect(await everything(stack)).toMatchObject({ ideas, projects: before.projects });
      disk.empty();
      expect((await idea(stack, shop, 'Free')).status).toBe(201);
      expect(new DatabaseSync(stack.file).prepare('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' });
    } finally {
      disk.empty();
      await stack.close();
    }
  });
});

/** The log may have room for some more. */
async function untilRefused(request: () => ReturnType<Stack['send']>) {
  for (let tries = 0; tries < 2000; tries += 1) {
    const answer = await request();
    if (answer.status !== 201) return problemOf(answer);
  }
  throw new Error('A full disk took everything.');
}
