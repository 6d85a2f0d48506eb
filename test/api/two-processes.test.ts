/** Two API processes on one state directory and its SQLite file, while Temporal is away. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createClient } from '../../src/client/client.ts';
import type { Client } from '../../src/client/client.ts';
import { makeRepository } from '../support/git-repository.ts';
import type { TestRepository } from '../support/git-repository.ts';

/** Of each process. */
const WRITES = 30;
const PROGRAM = join(import.meta.dirname, '../../src/main/api.ts');

let home: string;
let repository: TestRepository;
let children: ChildProcess[];
let clients: [Client, Client];
let urls: [string, string];
let token: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'nightloom-two-'));
  await chmod(home, 0o700);
  repository = await makeRepository();
  children = [];
  // At once: one of them makes the database, the other one finds it made.
  urls = await Promise.all([startApi(), startApi()]);
  token = (await readFile(join(home, 'token'), 'utf8')).trim();
  clients = [createClient({ baseUrl: urls[0], token }), createClient({ baseUrl: urls[1], token })];
}, 60_000);

afterAll(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }
  await repository.remove();
  await rm(home, { recursive: true, force: true });
});

async function startApi(): Promise<string> {
  const env = { PATH: process.env['PATH'], HOME: home, NIGHTLOOM_HOME: home, TEMPORAL_ADDRESS: '127.0.0.1:1' };
  const argv = [PROGRAM, JSON.stringify({ listen: '127.0.0.1:0' })];
  const child = spawn(process.execPath, argv, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += String(data)));
  for (;;) {
    const url = /API: (http:\S+)/.exec(said)?.[1];
    if (url !== undefined) return url;
    if (child.exitCode !== null) throw new Error(`The API ended with ${child.exitCode}: ${said}`);
    await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  }
}

/** Ids of the ideas that a stream tells of, in its order, until there are so many. */
async function readIdeas(client: Client, count: number): Promise<{ seqs: number[]; ids: string[] }> {
  const ending = new AbortController();
  const [seqs, ids]: [number[], string[]] = [[], []];
  for await (const event of client.events({ after: 0, signal: ending.signal })) {
    if (event.type !== 'idea.changed') continue;
    seqs.push(event.seq);
    const { idea }: { idea?: unknown } = event.data;
    ids.push(typeof idea === 'string' ? idea : '');
    if (ids.length === count) break;
  }
  ending.abort();
  return { seqs, ids };
}

/** Always the same request, with the same key. */
async function postOnce(url: string, projectId: string) {
  const response = await fetch(`${url}/api/ideas`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': 'once' },
    body: JSON.stringify({ projectId, title: 'once' }),
  });
  const idea: unknown = await response.json();
  return { replayed: response.headers.get('idempotency-replayed'), idea };
}

it('[P11] both serve and both write: no event is lost, and all readers have them in one order', async () => {
  const [one, two] = clients;
  const { id: projectId } = await one.call('addProject', { body: { path: repository.directory } });
  const reading = Promise.all(clients.map((client) => readIdeas(client, 2 * WRITES)));
  const made = await Promise.all(
    clients.map(async (client, process) => {
      const ids: string[] = [];
      for (let at = 0; at < WRITES; at += 1)
        ids.push((await client.call('createIdea', { body: { projectId, title: `${process}-${at}` } })).id);
      return ids;
    }),
  );
  const [first, second] = await reading;
  expect(first).toEqual(second);
  expect(first?.ids.toSorted()).toEqual(made.flat().toSorted());
  expect(first?.seqs).toEqual(first?.seqs.toSorted((a, b) => a - b));
  expect(new Set(first?.seqs).size).toBe(2 * WRITES);
  const seen = await Promise.all(clients.map((client) => client.call('listIdeas', { query: { limit: 2 * WRITES } })));
  expect(seen.map(({ items }) => items.length)).toEqual([2 * WRITES, 2 * WRITES]);
  expect(seen[0]).toEqual(seen[1]);
  // What one has written the other one changes, and a key that one has answered the other one knows.
  const [idea] = made[0] ?? [];
  if (idea === undefined) throw new Error('nothing was made');
  await two.call('editIdea', { params: { id: idea }, body: { title: 'by the other' } });
  expect(await one.call('getIdea', { params: { id: idea } })).toMatchObject({ title: 'by the other' });
  const answers = [await postOnce(urls[0], projectId), await postOnce(urls[1], projectId)];
  expect(answers[0]).toMatchObject({ replayed: null, idea: { title: 'once' } });
  expect(answers[1]).toEqual({ ...answers[0], replayed: 'true' });
});

it('one goes on when the other one is killed in the middle of its work', async () => {
  const [one, two] = clients;
  const [project] = (await one.call('listProjects', {})).items;
  const projectId = project?.id ?? '';
  let written = 0;
  const writeForever = async (): Promise<never> => {
    for (;;) {
      await one.call('createIdea', { body: { projectId, title: 'Of the killed' } });
      written += 1;
    }
  };
  const ending = expect(writeForever()).rejects.toThrow();
  await vi.waitUntil(() => written >= 3, { timeout: 20_000 });
  children[0]?.kill('SIGKILL');
  await ending;
  const { id } = await two.call('createIdea', { body: { projectId, title: 'After it' } });
  expect(await two.call('getIdea', { params: { id } })).toMatchObject({ title: 'After it' });
});
