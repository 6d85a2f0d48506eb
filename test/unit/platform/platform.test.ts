import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isId } from '../../../src/contracts/ids.ts';
import { readEnvironment } from '../../../src/platform/environment.ts';
import { exec, findExecutable, succeeded } from '../../../src/platform/exec.ts';
import { newHostId, newId } from '../../../src/platform/ids.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { defaultHome, ensureStateDirectory } from '../../../src/platform/paths.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nightloom-platform-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('environment', () => {
  it('takes empty variables as absent and copies the rest', () => {
    const source: Record<string, string> = { NIGHTLOOM_HOME: '', PATH: '/bin', CI: 'false', GH_TOKEN: 'x', HOME: '/h' };
    const environment = readEnvironment(source);
    source['PATH'] = 'changed';
    expect(environment).toMatchObject({ nightloomHome: null, path: '/bin', ci: false, githubToken: 'x', home: '/h' });
    expect(environment.raw['PATH']).toBe('/bin');
  });
});

describe('state directory', () => {
  it('is found by NIGHTLOOM_HOME, then XDG, then the home', () => {
    const base = { nightloomHome: null, xdgStateHome: null, home: '/h' };
    expect(defaultHome({ ...base, nightloomHome: '/n', xdgStateHome: '/x' })).toBe('/n');
    expect(defaultHome({ ...base, xdgStateHome: '/x' })).toBe('/x/nightloom');
    expect(defaultHome({ ...base, xdgStateHome: 'relative' })).toBe('/h/.local/state/nightloom');
  });

  it('is made for its owner alone, and again without harm', async () => {
    const home = join(folder, 'a', 'state');
    const paths = await ensureStateDirectory(home);
    await ensureStateDirectory(home);
    for (const made of [home, paths.runs, paths.claims, paths.logs]) expect(statSync(made).mode & 0o777).toBe(0o700);
  });

  it('is narrowed while empty, refused when it has content that others can reach', async () => {
    const home = join(folder, 'open');
    mkdirSync(home);
    chmodSync(home, 0o755);
    await ensureStateDirectory(home);
    expect(statSync(home).mode & 0o777).toBe(0o700);
    chmodSync(home, 0o755);
    await expect(ensureStateDirectory(home)).rejects.toMatchObject({ code: 'state_dir_unusable' });
  });

  it('is refused when a file is in the way', async () => {
    writeFileSync(join(folder, 'file'), '');
    await expect(ensureStateDirectory(join(folder, 'file'))).rejects.toMatchObject({ code: 'state_dir_unusable' });
  });
});

describe('ids', () => {
  it('have their forms and differ', () => {
    for (const kind of ['installation', 'project', 'batch', 'task'] as const)
      expect(isId(kind, newId(kind))).toBe(true);
    expect(new Set(Array.from({ length: 1000 }, () => newId('task'))).size).toBe(1000);
    for (const name of ['Büro-PC.local', '', '---', 'x'.repeat(90), `${'x'.repeat(35)}..y`]) {
      expect(isId('host', newHostId(name))).toBe(true);
    }
    expect(newHostId('My.Laptop')).toMatch(/^my-laptop-[a-z0-9]{4}$/);
  });
});

describe('exec', () => {
  const run = (script: string, extra: object = {}): ReturnType<typeof exec> =>
    exec(['/bin/sh', '-c', script], { cwd: folder, env: { PATH: '/usr/bin:/bin' }, ...extra });

  it('returns how it ended and never throws for it', async () => {
    expect(await run('echo out; echo err >&2; exit 3')).toMatchObject({
      exitCode: 3,
      stdout: 'out\n',
      stderr: 'err\n',
    });
    expect(await run('kill -9 $$')).toMatchObject({ exitCode: null, signal: 'SIGKILL' });
    expect(await run('sleep 60', { timeoutMs: 100 })).toMatchObject({ timedOut: true, spawnError: null });
    expect(await run('cat', { input: 'text' })).toMatchObject({ exitCode: 0, stdout: 'text' });
    expect(await run('cat')).toMatchObject({ exitCode: 0, stdout: '' });
  });

  it('ends the whole group at the timeout and waits for nobody who keeps the pipes open', async () => {
    const before = performance.now();
    const result = await run('trap "" TERM; setsid sleep 6 & sleep 60; sleep 60', { timeoutMs: 100 });
    expect(result).toMatchObject({ exitCode: null, signal: 'SIGKILL', timedOut: true });
    expect(performance.now() - before).toBeLessThan(5000);
  });

  it('hands over exactly the environment it is given', async () => {
    expect((await run('env')).stdout).not.toContain('HOME=');
  });

  it('a program or folder that does not exist is no success', async () => {
    const missing = await exec(['no-such-program'], { cwd: folder, env: { PATH: '/usr/bin' } });
    expect(missing).toMatchObject({ exitCode: 127, spawnError: 'ENOENT' });
    expect(succeeded(missing)).toBe(false);
    expect(await run('true', { cwd: join(folder, 'gone') })).toMatchObject({ exitCode: 127, spawnError: 'ENOENT' });
  });

  it('bounds what is kept', async () => {
    const cut = await run('yes', { maxBytes: 1000 });
    expect([cut.truncated, cut.stdout.length, succeeded(cut)]).toEqual([true, 1000, false]);
  });

  it('finds programs in absolute entries of the PATH only', async () => {
    writeFileSync(join(folder, 'tool'), '#!/bin/sh\n', { mode: 0o755 });
    writeFileSync(join(folder, 'text'), '', { mode: 0o644 });
    expect(await findExecutable('tool', `/nowhere::.:${folder}`)).toBe(join(folder, 'tool'));
    expect(await findExecutable('./tool', '', folder)).toBe(join(folder, 'tool'));
    for (const name of ['text', 'none', '', '.']) expect(await findExecutable(name, folder)).toBeNull();
  });
});

describe('logger', () => {
  it('writes JSON lines to a private file and hides secrets in fields and texts', () => {
    const file = join(folder, 'logs', 'x.log');
    const logger = createLogger({ name: 'test', level: 'debug', file, secrets: ['hunter2secret'] });
    logger
      .child({ task: 't' })
      .error({ err: new Error('no hunter2secret'), token: 'plain', a: { password: 'p' } }, 'm');
    logger.debug({ text: `ghp_${'x'.repeat(36)}` }, 'second');
    const text = readFileSync(file, 'utf8');
    expect(text).not.toMatch(/hunter2|plain|"p"|xxxx/);
    const [line] = text.split('\n');
    expect(JSON.parse(line ?? '')).toMatchObject({ level: 'error', name: 'test', task: 't', msg: 'm' });
    expect(existsSync(file) && statSync(file).mode & 0o777).toBe(0o600);
  });
});
