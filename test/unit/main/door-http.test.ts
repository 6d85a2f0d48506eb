/** The host door over HTTP: the same answers as the door itself, for holders of the secret only. */
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HostDoor } from '../../../src/contracts/host-door.ts';
import { asId } from '../../../src/contracts/ids.ts';
import { createHostDoor } from '../../../src/host/door/host-door.ts';
import { runDirectory } from '../../../src/host/runs/run-directory.ts';
import { connectDoor } from '../../../src/main/door-client.ts';
import { DOOR_CALLS } from '../../../src/main/door-calls.ts';
import { DOOR_PATH, HEADERS, signatureOf } from '../../../src/main/door-protocol.ts';
import { serveDoor } from '../../../src/main/door-server.ts';
import type { DoorServer } from '../../../src/main/door-server.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { silentLogger } from '../../../src/platform/logger.ts';
import { createMasker } from '../../../src/platform/masking.ts';
import { ensureStateDirectory } from '../../../src/platform/paths.ts';
import { makeRepository } from '../../support/git-repository.ts';
import type { TestRepository } from '../../support/git-repository.ts';

const SECRET = 'ab'.repeat(32);
const task = asId('task', 't_0123456789');
const address = { task, attempt: 1, step: 'agent', stream: 'stdout' } as const;

let repository: TestRepository;
let direct: HostDoor;
let server: DoorServer;
let remote: HostDoor;
let nowMs: number;

beforeEach(async () => {
  repository = await makeRepository({ 'README.md': '# Test\n', '.claude/commands/first.md': '# Größe\n' });
  const paths = await ensureStateDirectory(join(repository.root, 'state'));
  const dir = runDirectory(paths, task, 1, 'agent');
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, 'stdout'), 'line one\nzwölf\n');
  direct = createHostDoor({
    paths,
    environment: { raw: { PATH: '/usr/bin:/bin', HOME: repository.root } },
    clock: systemClock,
    masker: createMasker([]),
  });
  nowMs = systemClock.now();
  const clock = { now: () => nowMs };
  server = await serveDoor(
    { door: direct, secret: SECRET, clock, logger: silentLogger },
    { host: '127.0.0.1', port: 0 },
  );
  remote = connectDoor({ url: server.url, secret: SECRET, clock });
});
afterEach(async () => {
  await server.close();
  await repository.remove();
});

/** One call with a signature made here; `change` spoils it. */
function post(change: { secret?: string; skewMs?: number; nonce?: string; sent?: string; method?: string } = {}) {
  const body = JSON.stringify([repository.directory]);
  const [time, nonce] = [String(nowMs + (change.skewMs ?? 0)), change.nonce ?? crypto.randomUUID()];
  const parts = { kind: 'request', method: 'listRequirements', time, nonce, body } as const;
  const signature = signatureOf(parts, change.secret ?? SECRET);
  return fetch(`${server.url}${DOOR_PATH}${change.method ?? 'listRequirements'}`, {
    method: 'POST',
    body: change.sent ?? body,
    headers: { [HEADERS.time]: time, [HEADERS.nonce]: nonce, [HEADERS.signature]: signature },
  });
}

describe('the door over HTTP', () => {
  it('answers every call as the door itself does', async () => {
    const at = repository.directory;
    const overrides = { dashboard: { agent: { name: 'scripted' as const } }, flags: {} };
    const { settings } = await direct.configuration(at, overrides);
    const asker = { id: asId('project', 'p_aaaaaaaaaa'), name: 'shop', path: at, settings: {}, trustedSha256: null };
    const beginning = { issuesSince: null, issuesEtag: null, commentsSince: null, commentsEtag: null };
    const calls: Readonly<Record<keyof HostDoor, (door: HostDoor) => Promise<unknown>>> = {
      checkProject: (door) => door.checkProject(at),
      listRequirements: (door) => door.listRequirements(at),
      readRequirement: (door) => door.readRequirement(at, 'first'),
      freezeRequirement: (door) => door.freezeRequirement(at, 'first'),
      changeRequirements: (door) =>
        door.changeRequirements(at, { id: 'one-change', changes: [{ kind: 'create', name: 'second', text: 'x' }] }),
      undoRequirements: (door) => door.undoRequirements(at, 'one-change'),
      configuration: (door) => door.configuration(at, overrides),
      agents: (door) => door.agents(),
      machineChecks: (door) => door.machineChecks(),
      accounts: (door) => door.accounts(settings),
      preflight: (door) => door.preflight(at, settings),
      progress: (door) => door.progress(task),
      logs: (door) => door.logs(task),
      readLog: (door) => door.readLog(address, -7),
      searchLog: (door) =>
        door.searchLog(address, {
          text: 'ONE',
          ignoreCase: true,
          offset: 0,
          line: 1,
          maxMatches: 5,
          maxBytes: 1000,
        }),
      findLogLine: (door) => door.findLogLine(address, 2),
      diff: async (door) =>
        door.diff({
          projectPath: at,
          revision: await repository.git(['rev-parse', 'HEAD']),
          ignoreWhitespace: false,
          path: null,
          maxBytes: 10_000,
        }),
      previewPrompt: (door) =>
        door.previewPrompt({ projectPath: at, requirementName: 'first', template: null, dashboard: {} }),
      prompts: (door) => door.prompts(task, 1),
      screenshot: (door) => door.screenshot(task, 1),
      screenshots: (door) => door.screenshots(task),
      evidence: (door) => door.evidence(task, 1),
      freezeTask: (door) => door.freezeTask(at, { kind: 'claude-cli', params: { instructions: 'x' } }),
      taskResult: (door) => door.taskResult(task, 1),
      tellHandler: (door) => {
        const event = {
          seq: 1,
          id: 'e',
          type: 'task.started' as const,
          at: 'now',
          batch: null,
          task,
          data: { name: 'x' },
        };
        return door.tellHandler(task, [event]);
      },
      baselineRuns: (door) =>
        door.baselineRuns({ batch: asId('batch', 's_aaaaaaaaaa'), project: asId('project', 'p_aaaaaaaaaa'), count: 2 }),
      commitAndPush: (door) =>
        door.commitAndPush(at, {
          project: asId('project', 'p_aaaaaaaaaa'),
          projectName: 'shop',
          steps: [{ kind: 'push', remote: 'nowhere', branch: null }],
          requirementName: 'first',
          commitMessage: '{requirementName}',
        }),
      githubNews: (door) => door.githubNews(asker, beginning),
      githubLook: (door) => door.githubLook(asker, { repository: 'octo/app', number: 1, comment: null }),
      isMerged: (door) => door.isMerged(at, 'main'),
      undelivered: (door) => door.undelivered(at),
      prune: (door) => door.prune({ projects: [], openBatches: [], dryRun: true, maxAgeMs: 0 }),
    };
    expect(Object.keys(calls).toSorted()).toEqual(Object.keys(DOOR_CALLS).toSorted());
    for (const call of Object.values(calls)) expect(await call(remote)).toEqual(await call(direct));
    expect(await remote.readLog(address, 0, 8)).toMatchObject({ text: 'line one', nextOffset: 8 });
  });

  it('passes errors on with code and details, and tells nothing of mistakes', async () => {
    const error = await direct.readRequirement(repository.directory, 'none').catch((reason: unknown) => reason);
    const { code, details, message } = Object(error);
    await expect(remote.readRequirement(repository.directory, 'none')).rejects.toMatchObject({
      code,
      details,
      message,
    });
    expect(code).toBe('requirement_not_found');
    await expect(remote.checkProject('')).rejects.toMatchObject({ code: 'internal', details: {} });
  });

  it.each([
    ['another secret', { secret: 'cd'.repeat(32) }],
    ['a body that was changed', { sent: '["/etc"]' }],
    ['another call than was signed', { method: 'checkProject' }],
    ['a time more than a minute ago', { skewMs: -60_500 }],
    ['a time more than a minute ahead', { skewMs: 60_500 }],
    ['a nonce too short to be unique', { nonce: '1' }],
  ])('refuses %s', async (_, change) => {
    expect((await post()).status).toBe(200);
    const answer = await post(change);
    expect(answer.status).toBe(401);
    expect(await answer.text()).toBe('');
  });

  it('takes a request once', async () => {
    const nonce = crypto.randomUUID();
    expect((await post({ nonce })).status).toBe(200);
    expect((await post({ nonce })).status).toBe(401);
    nowMs += 59_000;
    expect((await post({ nonce, skewMs: -59_000 })).status).toBe(401);
  });

  it('has nothing else but its health', async () => {
    expect(await (await fetch(`${server.url}/health`)).text()).toBe('ok\n');
    for (const path of ['/', `${DOOR_PATH}toString`, `${DOOR_PATH}__proto__`, `${DOOR_PATH}logs`]) {
      expect((await fetch(`${server.url}${path}`)).status).toBe(404);
    }
    expect((await post({ method: 'constructor' })).status).toBe(404);
    expect((await post({ sent: 'x'.repeat(3 * 1024 * 1024) }).catch(() => ({ status: 413 }))).status).toBe(413);
  });

  it('a client believes only answers with our signature, and says why it has none', async () => {
    const impostor: Server = createServer((_, response) => response.end('{"ok":true,"value":[]}'));
    await new Promise<void>((resolve) => impostor.listen(0, '127.0.0.1', resolve));
    const { port } = Object(impostor.address());
    const clock = { now: () => nowMs };
    const at = (url: string, secret = SECRET) => connectDoor({ url, secret, clock }).listRequirements('/x');
    await expect(at(`http://127.0.0.1:${port}`)).rejects.toMatchObject({
      code: 'host_offline',
      message: expect.stringContaining('not signed'),
    });
    await expect(at(server.url, 'cd'.repeat(32))).rejects.toMatchObject({
      code: 'host_offline',
      message: expect.stringContaining('same secret'),
    });
    await new Promise((resolve) => impostor.close(resolve));
    await expect(at(`http://127.0.0.1:${port}`)).rejects.toMatchObject({ code: 'host_offline' });
  });

  it('says when its port is taken', async () => {
    const port = Number(new URL(server.url).port);
    const again = serveDoor(
      { door: direct, secret: SECRET, clock: systemClock, logger: silentLogger },
      { host: '127.0.0.1', port },
    );
    await expect(again).rejects.toMatchObject({ code: 'port_taken' });
  });
});
