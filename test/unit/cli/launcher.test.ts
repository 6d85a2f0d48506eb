import { chmod, copyFile, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageVersion } from '../../../src/cli/version.ts';
import { LAUNCHER, runCli } from './run-cli.ts';

let scratch: string;

beforeEach(async () => {
  scratch = await realpath(await mkdtemp(join(tmpdir(), 'nightloom-launcher-')));
});

afterEach(() => rm(scratch, { recursive: true, force: true }));

/** A folder with a `node` that says it is version 20 and refuses everything else. */
async function folderWithNode20(): Promise<string> {
  const folder = join(scratch, 'node 20');
  await mkdir(folder);
  await writeFile(join(folder, 'node'), '#!/bin/sh\n[ "$1" = -p ] && echo 20 && exit 0\nexit 99\n');
  await chmod(join(folder, 'node'), 0o755);
  return folder;
}

/** A package without node_modules whose main says what it was given. */
async function packageWithoutNode(): Promise<string> {
  const folder = join(scratch, 'package');
  await mkdir(join(folder, 'src', 'cli'), { recursive: true });
  await copyFile(LAUNCHER, join(folder, 'nightloom'));
  await writeFile(
    join(folder, 'src', 'cli', 'main.ts'),
    'console.log(JSON.stringify(process.argv.slice(2)) as string);\n',
  );
  return folder;
}

describe('the launcher', () => {
  it('uses its own Node through a chain of symlinks, from another directory, with Node 20 first on PATH', async () => {
    const node20 = await folderWithNode20();
    await symlink(LAUNCHER, join(scratch, 'absolute link'));
    await symlink('absolute link', join(scratch, 'relative'));
    const result = await runCli(['--version'], {
      program: join(scratch, 'relative'),
      cwd: '/',
      env: { PATH: `${node20}:/usr/bin:/bin`, HOME: scratch },
    });
    expect(result).toEqual({ exitCode: 0, stdout: `${packageVersion()}\n`, stderr: '' });
  });

  it('says what is missing and how to repair it when there is no Node 24', async () => {
    const folder = await packageWithoutNode();
    const result = await runCli(['up'], {
      program: join(folder, 'nightloom'),
      cwd: scratch,
      env: { PATH: `${await folderWithNode20()}:/usr/bin:/bin`, HOME: scratch },
    });
    expect(result.exitCode).toBe(6);
    expect(result.stderr).toContain('Node 24 was not found');
    expect(result.stderr).toContain(`Next: cd '${folder}' && npm ci`);
  });

  it('falls back to a Node 24 on PATH and hands every argument on unchanged', async () => {
    const folder = await packageWithoutNode();
    const bin = join(scratch, 'bin');
    await mkdir(bin);
    await symlink(execPath, join(bin, 'node'));
    const args = ['a b', '', '-x', "it's", '*'];
    const result = await runCli(args, {
      program: join(folder, 'nightloom'),
      cwd: scratch,
      env: { PATH: `${bin}:/usr/bin:/bin`, HOME: scratch },
    });
    expect(result.stdout).toBe(`${JSON.stringify(args)}\n`);
  });
});

describe('--help', () => {
  it('loads neither zod nor the client nor the process library', async () => {
    const hook = join(scratch, 'hook.mjs');
    await writeFile(
      hook,
      `import { registerHooks } from 'node:module';
      registerHooks({ load: (url, context, next) => { process.stderr.write(url + '\\n'); return next(url, context); } });`,
    );
    const result = await runCli(['--help'], { cwd: scratch, env: { HOME: scratch, NODE_OPTIONS: `--import=${hook}` } });
    expect(result.exitCode).toBe(0);
    expect(result.stdout).toContain('run [options] [requirement...]');
    expect(result.stderr).toContain('/commander/');
    // The words of the vocabulary are plain lists; everything else of the contracts comes with its schemas.
    expect(result.stderr).not.toMatch(/zod|execa|clack|\/client\/|\/contracts\/(?!vocabulary\.ts)/);
  });
});
