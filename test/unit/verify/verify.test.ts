import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asId } from '../../../src/contracts/ids.ts';
import type { VerifyOutcome } from '../../../src/contracts/outcome.ts';
import type { CommandSetting } from '../../../src/contracts/settings.ts';
import { findMarked } from '../../../src/host/runs/process-table.ts';
import { runMarkerPrefix } from '../../../src/host/runs/run-directory.ts';
import { fence } from '../../../src/host/runs/terminate.ts';
import { readBaseline, redCommands, takeBaseline } from '../../../src/host/verify/baseline.ts';
import type { Baseline } from '../../../src/host/verify/baseline.ts';
import { workspaceMarkerPrefix, workspacePlace } from '../../../src/host/verify/run-place.ts';
import { readEvidence, runChecks } from '../../../src/host/verify/verify.ts';
import type { ChecksRequest } from '../../../src/host/verify/verify.ts';
import { newId } from '../../../src/platform/ids.ts';
import { createMasker } from '../../../src/platform/masking.ts';

const SECRET = 'correct-horse-battery-staple';
const masker = createMasker([SECRET]);
const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C' };
const task = asId('task', 't_0123456789');
const batch = asId('batch', 'b_0123456789');
const project = asId('project', 'p_0123456789');

let root: string;
let tree: string;
let installation: ReturnType<typeof newInstallation>;
const newInstallation = () => newId('installation');

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'nightloom-verify-'));
  tree = join(root, 'tree');
  await mkdir(tree);
  installation = newInstallation();
});
afterEach(async () => {
  await fence(runMarkerPrefix(installation, task), { graceMs: 100 });
  await fence(workspaceMarkerPrefix(installation, batch), { graceMs: 100 });
  await rm(root, { recursive: true, force: true });
});

const commands = (...list: (string | CommandSetting)[]): CommandSetting[] =>
  list.map((each) => (typeof each === 'string' ? { command: each, timeoutMs: 20_000 } : each));

function request(list: CommandSetting[], over: Partial<ChecksRequest> = {}): ChecksRequest {
  const paths = { runs: join(root, 'runs') };
  return {
    paths,
    installation,
    task,
    attempt: 1,
    round: 0,
    cwd: tree,
    env,
    commands: list,
    baseline: [],
    tree: 'abc',
    ...over,
  };
}

const baselineOf = (list: CommandSetting[]): Promise<Baseline> =>
  takeBaseline({
    place: workspacePlace({ runs: join(root, 'runs') }, installation, batch, project),
    file: join(root, 'p.baseline.json'),
    cwd: tree,
    env,
    commands: list,
    masker,
  });

async function linesOf(name: string): Promise<number> {
  const text = await readFile(join(tree, name), 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line !== '').length;
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 15_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('The condition did not come true within 15 s.');
    await sleep(10);
  }
}

describe('runChecks', () => {
  it('passes when every command passes, and carries the tree through', async () => {
    const outcome = await runChecks(request(commands('true', 'echo fine')));
    expect(outcome).toMatchObject({ verdict: 'passed', tree: 'abc' });
    expect(outcome.checks).toEqual([
      { command: 'true', exitCode: 0, passed: true, baseline: 'none', timedOut: false, durationMs: expect.any(Number) },
      expect.objectContaining({ command: 'echo fine', passed: true }),
    ]);
  });

  it('[P13] says none without commands', async () => {
    expect((await runChecks(request([]))).verdict).toBe('none');
  });

  it('fails, runs the later commands all the same, and gives the masked output in its order', async () => {
    const failing = `echo one; echo two >&2; echo token ${SECRET}; exit 3`;
    const asked = request(commands(failing, 'touch later'));
    const outcome = await runChecks(asked);
    expect(outcome.verdict).toBe('failed');
    expect(outcome.checks[0]).toMatchObject({ exitCode: 3, passed: false, timedOut: false });
    expect(existsSync(join(tree, 'later'))).toBe(true);
    expect(await readEvidence(asked, outcome.checks, masker)).toEqual([
      { command: failing, exitCode: 3, timedOut: false, outputTail: `one\ntwo\ntoken ${'*'.repeat(SECRET.length)}\n` },
    ]);
  });

  it('keeps the last 4 KB of the output as evidence, in whole lines', async () => {
    const asked = request(commands('seq 1 20000; exit 1'));
    const [evidence] = await readEvidence(asked, (await runChecks(asked)).checks, masker);
    expect(evidence?.outputTail.length).toBeLessThanOrEqual(4096);
    expect(evidence?.outputTail).toMatch(/^\d{5}\n[\s\S]*\n20000\n$/);
  });

  it('ends a command that hangs and ignores SIGTERM, with everything it started', async () => {
    const hanging = { command: "trap '' TERM; sleep 300 & while :; do sleep 1; done", timeoutMs: 500 };
    const outcome = await runChecks(request([hanging]));
    expect(outcome.checks[0]).toMatchObject({ exitCode: null, passed: false, timedOut: true });
    expect(findMarked((marker) => marker.startsWith(runMarkerPrefix(installation, task)))).toEqual([]);
  });

  it('[P5] ends what a command left in the background, in a session of its own too', async () => {
    await runChecks(request(commands('sleep 300 & (setsid sleep 300 >/dev/null 2>&1 &) ; true')));
    expect(findMarked((marker) => marker.startsWith(runMarkerPrefix(installation, task)))).toEqual([]);
  });

  it('fails a command that is not there any more', async () => {
    const outcome = await runChecks(request(commands('./gone.sh')));
    expect(outcome).toMatchObject({ verdict: 'failed', checks: [{ exitCode: 127, passed: false }] });
  });

  it('reports a command that hits a signal without an exit code', async () => {
    const outcome = await runChecks(request(commands('kill -KILL $$')));
    expect(outcome.checks[0]).toMatchObject({ exitCode: null, passed: false });
  });

  it('runs nothing twice: a second call reads, another round runs', async () => {
    const list = commands('echo x >>count; false');
    await runChecks(request(list));
    const again = await runChecks(request(list));
    expect(again.checks[0]?.exitCode).toBe(1);
    expect(await linesOf('count')).toBe(1);
    await runChecks(request(list, { round: 1 }));
    expect(await linesOf('count')).toBe(2);
  });

  it('[P4] goes on after kill -9 of its process: ended commands are read, the running one is awaited', async () => {
    const list = commands(
      'echo x >>first',
      'echo x >>second; while ! test -e go; do sleep 0.05; done; echo x >>ended',
      'echo x >>third',
    );
    const worker = startWorker(request(list));
    try {
      await until(async () => (await linesOf('second')) === 1);
    } finally {
      worker.kill('SIGKILL');
    }
    await until(() => worker.signalCode !== null);
    const second = runChecks(request(list));
    await writeFile(join(tree, 'go'), '');
    const outcome: VerifyOutcome = await second;
    expect(outcome.verdict).toBe('passed');
    for (const name of ['first', 'second', 'ended', 'third']) expect(await linesOf(name)).toBe(1);
  });

  it('two calls at once run each command once', async () => {
    const list = commands('echo x >>count; sleep 0.2', 'echo x >>other');
    const outcomes = await Promise.all([runChecks(request(list)), runChecks(request(list)), runChecks(request(list))]);
    expect(outcomes.map((each) => each.verdict)).toEqual(['passed', 'passed', 'passed']);
    expect(await linesOf('count')).toBe(1);
    expect(await linesOf('other')).toBe(1);
  });

  it('runs a command again whose machine or shim was lost', async () => {
    const list = commands('echo x >>count; test -e go || sleep 300');
    const first = runChecks(request(list));
    const belongs = (marker: string): boolean => marker.startsWith(runMarkerPrefix(installation, task));
    await until(async () => (await linesOf('count')) === 1);
    await writeFile(join(tree, 'go'), '');
    const marked = findMarked(belongs);
    for (const row of marked.filter((each) => each.role === 'shim')) process.kill(row.pid, 'SIGKILL');
    for (const row of marked.filter((each) => each.role === 'run')) process.kill(row.pid, 'SIGKILL');
    expect((await first).verdict).toBe('passed');
    expect(await linesOf('count')).toBe(2);
  });

  it('stops waiting when told to, and leaves the run alone', async () => {
    const stop = new AbortController();
    const list = commands('echo x >>count; while ! test -e go; do sleep 0.05; done');
    const waiting = runChecks(request(list, { signal: stop.signal }));
    await until(async () => (await linesOf('count')) === 1);
    stop.abort(new Error('shutting down'));
    await expect(waiting).rejects.toThrow('shutting down');
    await writeFile(join(tree, 'go'), '');
    expect((await runChecks(request(list))).verdict).toBe('passed');
    expect(await linesOf('count')).toBe(1);
  });

  it('runs a command again that was ended on request', async () => {
    const list = commands('echo x >>count; test -e go || sleep 300');
    const waiting = runChecks(request(list));
    await until(async () => (await linesOf('count')) === 1);
    await Promise.all([
      expect(waiting).rejects.toMatchObject({ code: 'cancelled' }),
      fence(runMarkerPrefix(installation, task), { graceMs: 500 }),
    ]);
    await writeFile(join(tree, 'go'), '');
    expect((await runChecks(request(list))).verdict).toBe('passed');
  });
});

describe('baseline', () => {
  it('lets a command that was red before not fail the task, but verifies nothing with it', async () => {
    const list = commands('false', 'test -e made');
    const baseline = await baselineOf(list);
    expect(redCommands(baseline)).toEqual(['false', 'test -e made']);
    const red = await runChecks(request(list, { baseline }));
    expect(red.verdict).toBe('none');
    expect(red.checks.map((check) => check.baseline)).toEqual(['failed', 'failed']);
    expect(await readEvidence(request(list), red.checks, masker)).toEqual([]);
    await writeFile(join(tree, 'made'), '');
    expect((await runChecks(request(list, { baseline, round: 1 }))).verdict).toBe('passed');
  });

  it('lets a command that was green before fail the task', async () => {
    const list = commands('test ! -e broken', 'false');
    const baseline = await baselineOf(list);
    await writeFile(join(tree, 'broken'), '');
    const outcome = await runChecks(request(list, { baseline }));
    expect(outcome.verdict).toBe('failed');
    expect(outcome.checks.map((check) => [check.passed, check.baseline])).toEqual([
      [false, 'passed'],
      [false, 'failed'],
    ]);
  });

  it('is taken once and kept', async () => {
    const list = commands('echo x >>count');
    const first = await baselineOf(list);
    expect(await baselineOf(list)).toEqual(first);
    expect(readBaseline(join(root, 'p.baseline.json'))).toEqual(first);
    expect(await linesOf('count')).toBe(1);
  });

  it('refuses a missing command, and finds it once it is there', async () => {
    const list = commands('./check.sh');
    await expect(baselineOf(list)).rejects.toMatchObject({
      code: 'verify_command_missing',
      details: { command: './check.sh' },
    });
    await writeFile(join(tree, 'check.sh'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
    expect(redCommands(await baselineOf(list))).toEqual([]);
  });
});

/** Another process that runs the same checks, to be killed. */
function startWorker(asked: ChecksRequest): ChildProcess {
  const url = new URL('../../../src/host/verify/verify.ts', import.meta.url).href;
  const script = `const { runChecks } = await import(${JSON.stringify(url)}); await runChecks(JSON.parse(process.argv[1]));`;
  return spawn(process.execPath, ['--input-type=module', '-e', script, JSON.stringify(asked)], { stdio: 'inherit' });
}
