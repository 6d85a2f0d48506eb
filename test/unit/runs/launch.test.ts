import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assertExecutable, launchRun } from '../../../src/host/runs/launch.ts';
import { findMarked } from '../../../src/host/runs/process-table.ts';
import { inspectRun, readChild } from '../../../src/host/runs/status.ts';
import { waitForRun } from '../../../src/host/runs/wait.ts';
import { makePlayground, until } from './support.ts';
import type { Playground } from './support.ts';

let play: Playground;
beforeEach(() => {
  play = makePlayground();
});
afterEach(() => play.clean());

const text = (dir: string, name: string): string => readFileSync(join(dir, name), 'utf8');

describe('launching', () => {
  it('passes arguments, input and environment untouched and records the exit', async () => {
    const spec = play.spec('plain', '', {
      argv: ['/bin/sh', '-c', 'cat; printf "[%s]" "$@" "$NIGHTLOOM_RUN" "$A" "${NIGHTLOOM_SHIM-none}"; exit 7', 'x'],
      stdin: 'prompt; $(touch pwned)\n',
      env: { PATH: '/usr/bin:/bin', A: "it's $HOME `id`" },
    });
    const argv: [string, ...string[]] = [...spec.argv, 'a b', '', '"; $(id)', '--', "new\nline'"];
    await launchRun({ ...spec, argv });
    const ended = await waitForRun(spec.dir, { timeoutMs: 5000 });
    expect(ended).toMatchObject({
      status: 'exited',
      exit: { code: 7, signal: null, timedOut: false, terminated: false },
    });
    expect(text(spec.dir, 'stdout')).toBe(
      `prompt; $(touch pwned)\n[a b][]["; $(id)][--][new\nline'][${spec.marker}][it's $HOME \`id\`][none]`,
    );
    expect(statSync(spec.dir).mode & 0o777).toBe(0o700);
    for (const name of ['stdin', 'stdout', 'stderr', 'claim', 'process.json', 'run.json', 'exit.json']) {
      expect([name, statSync(join(spec.dir, name)).mode & 0o777]).toEqual([name, 0o600]);
    }
    expect(text(spec.dir, 'run.json')).not.toContain('HOME');
  });

  it('leaves the umask of the program as ours is', async () => {
    const spec = play.spec('umask', 'umask');
    await launchRun(spec);
    await waitForRun(spec.dir, { timeoutMs: 5000 });
    expect(Number.parseInt(text(spec.dir, 'stdout'), 8)).toBe(process.umask());
  });

  it('[P1] starts one program however many launch at once', async () => {
    const spec = play.spec('race', 'echo started >>../count; sleep 0.2');
    const ran = { ...spec, argv: ['/bin/sh', '-c', `echo started >>${play.root}/count; sleep 0.2`] as const };
    await Promise.all(Array.from({ length: 20 }, () => launchRun(ran)));
    await waitForRun(spec.dir, { timeoutMs: 5000 });
    await launchRun(ran);
    await until(() => findMarked((marker) => marker === spec.marker).length === 0);
    expect(readFileSync(join(play.root, 'count'), 'utf8')).toBe('started\n');
  });

  it('reports the end of a program that cannot be executed as 127 and 126', async () => {
    const missing = play.spec('missing', '', { argv: ['no-such-program'] });
    await launchRun(missing);
    expect(await waitForRun(missing.dir, { timeoutMs: 5000 })).toMatchObject({ exit: { code: 127 } });
    writeFileSync(join(play.root, 'plain'), 'text');
    const plain = play.spec('plain', '', { argv: [join(play.root, 'plain')] });
    await launchRun(plain);
    expect(await waitForRun(plain.dir, { timeoutMs: 5000 })).toMatchObject({ exit: { code: 126 } });
    await expect(assertExecutable('no-such-program', '/usr/bin:/bin')).rejects.toMatchObject({ code: 'agent_missing' });
    expect(await assertExecutable('sh', '/usr/bin:/bin')).toMatch(/\/sh$/);
  });

  it('never runs a shell builtin or function of the shim for a program of that name', async () => {
    const spec = play.spec('builtin', '', { argv: ['nl_sweep'] });
    await launchRun(spec);
    expect(await waitForRun(spec.dir, { timeoutMs: 5000 })).toMatchObject({ exit: { code: 127 } });
  });

  it('refuses a missing folder before anything is claimed', async () => {
    const spec = play.spec('nowhere', 'true', { cwd: join(play.root, 'gone') });
    await expect(launchRun(spec)).rejects.toMatchObject({ code: 'workspace_broken' });
    expect(await inspectRun(spec.dir)).toEqual({ status: 'unclaimed' });
  });

  it('leaves no timer behind when the program ends at once', async () => {
    for (let round = 0; round < 30; round += 1) {
      const spec = play.spec(`timer-${round}`, '', { argv: ['/bin/true'] });
      await launchRun(spec);
    }
    await until(() => findMarked((marker) => marker.startsWith(play.root)).length === 0, 5000);
  });
});

describe('independence', () => {
  it('[P4] a run outlives kill -9 of the process that launched it, and its exit is recorded', async () => {
    const spec = play.spec('orphan', `until [ -e ${play.root}/go ]; do sleep 0.02; done; echo done; exit 3`);
    const child = spawn(process.execPath, [
      fileURLToPath(new URL('./launch-in-child.ts', import.meta.url)),
      JSON.stringify(spec),
    ]);
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await inspectRun(spec.dir)).toMatchObject({ status: 'running' });
    writeFileSync(join(play.root, 'go'), '');
    expect(await waitForRun(spec.dir, { timeoutMs: 5000 })).toMatchObject({ status: 'exited', exit: { code: 3 } });
    expect(text(spec.dir, 'stdout')).toBe('done\n');
  });

  it('the shim ends the program at its timeout, though the launcher is dead', async () => {
    const spec = play.spec('slow', 'trap "" TERM; while :; do sleep 0.05; done', { timeoutMs: 300, graceMs: 100 });
    const child = spawn(process.execPath, [
      fileURLToPath(new URL('./launch-in-child.ts', import.meta.url)),
      JSON.stringify(spec),
    ]);
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    const ended = await waitForRun(spec.dir, { timeoutMs: 5000 });
    expect(ended).toMatchObject({ exit: { code: null, signal: 'SIGKILL', timedOut: true, terminated: false } });
    await until(() => findMarked((marker) => marker === spec.marker).length === 0);
  });

  it('a timeout also ends tools in sessions of their own', async () => {
    const spec = play.spec('tools', 'setsid sleep 50 & sleep 50', { timeoutMs: 200, graceMs: 100 });
    await launchRun(spec);
    expect(await waitForRun(spec.dir, { timeoutMs: 5000 })).toMatchObject({ exit: { timedOut: true } });
    expect(findMarked((marker) => marker === spec.marker).filter((row) => row.role === 'run')).toEqual([]);
  });

  it('hanging up does not end it; SIGTERM to the shim ends the program and is recorded', async () => {
    const spec = play.spec('signals', 'trap "echo bye; exit 0" TERM; while :; do sleep 0.02; done');
    const started = await launchRun(spec);
    if (started.status !== 'running') throw new Error(started.status);
    process.kill(started.shim.pid, 'SIGHUP');
    process.kill(started.shim.pid, 'SIGINT');
    await until(() => readChild(spec.dir) !== null);
    expect(await waitForRun(spec.dir, { timeoutMs: 200 })).toMatchObject({ status: 'running' });
    process.kill(started.shim.pid, 'SIGTERM');
    const ended = await waitForRun(spec.dir, { timeoutMs: 5000 });
    expect(ended).toMatchObject({ exit: { code: 0, terminated: true, timedOut: false } });
    expect(text(spec.dir, 'stdout')).toBe('bye\n');
  });

  it('SIGINT is not ignored by the program because a shell started it', async () => {
    const spec = play.spec('interrupt', 'kill -INT $$; echo ignored');
    await launchRun(spec);
    expect(await waitForRun(spec.dir, { timeoutMs: 5000 })).toMatchObject({ exit: { signal: 'SIGINT' } });
  });

  it('a program that exits with a code from a signal is told by name', async () => {
    const spec = play.spec('killed', 'kill -9 $$');
    await launchRun(spec);
    expect(await waitForRun(spec.dir, { timeoutMs: 5000 })).toMatchObject({
      exit: { code: null, signal: 'SIGKILL', timedOut: false, terminated: false },
    });
    expect(existsSync(join(spec.dir, 'exit.tmp'))).toBe(false);
  });
});
