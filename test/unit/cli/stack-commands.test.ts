/**
 * `up`, `down` and `doctor` against a package whose `src/main` programs are small stand-ins: what is tested is how the
 * command line starts, finds, joins and ends them.
 */
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isAlive, processStartTime, signalProcess } from '../../../src/cli/process-identity.ts';
import { parseStackRecord } from '../../../src/cli/stack-record.ts';
import type { StackRecord } from '../../../src/cli/stack-record.ts';
import { runCli } from './run-cli.ts';
import type { CliOptions, CliResult } from './run-cli.ts';

const ROOT = new URL('../../../', import.meta.url);
let packageRoot: string;
let home: string;

const UP = `
import { createServer } from 'node:http';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
const home = process.env['NIGHTLOOM_HOME'];
if (existsSync(home + '/broken')) { console.error('\\u001B[31mThe port 7780 is taken.\\u001B[0m'); process.exit(6); }
try { writeFileSync(home + '/up.lock', String(process.pid), { flag: 'wx' }); } catch { console.error('held'); process.exit(5); }
writeFileSync(home + '/token', 'nl_token', { mode: 0o600 });
const status = () => ({ healthy: true, url: null, pid: process.pid, processes: [], temporalAddress: null, temporalPid: null,
  temporalUiUrl: null, home, version: '0.1.0', installation: null, host: null, checks: [], openBatches: 1,
  running: existsSync(home + '/paused') ? 0 : 2 });
const lane = { status: 'none', why: null, place: null, of: null, reason: null, until: null, message: null };
const batch = { id: 'b_aaaaaaaaaa', name: 'n', status: 'running', hold: null, lane, deletedAt: null, onFailure: 'continue', project: 'p', branch: null,
  projects: [], counts: { queued: 0, running: 1, waiting: 0, completed: 0, failed: 0, skipped: 0, cancelled: 0 },
  createdAt: 'x', startedAt: null, completedAt: null, recordedAt: 'x', costUsd: null, next: [], notes: [], forecast: null, limits: { attempts: null, maxFixes: null, onUsageLimit: null } };
const server = createServer((request, response) => {
  const send = (value) => response.end(JSON.stringify(value));
  if (request.url === '/api/health') return send({ status: 'ok', version: '0.1.0' });
  if (request.url === '/api/status') return send(status());
  if (request.url.startsWith('/api/batches/')) {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => { writeFileSync(home + '/paused', body); send({ result: 'applied', status: 'paused', running: null, message: '' }); });
    return;
  }
  if (request.url.startsWith('/api/batches')) {
    const still = { ...batch, status: 'paused' };
    const idle = { ...still, counts: { ...batch.counts, running: 0, queued: 1 } };
    return send({ items: request.url.includes('status=running') ? [batch] : [still, idle], nextCursor: null });
  }
  if (request.url.startsWith('/api/projects')) return send({ items: [], nextCursor: null });
  response.statusCode = 500; response.end();
});
server.listen(0, '127.0.0.1', () => {
  const ticks = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1).split(' ')[19];
  const record = { v: 1, pid: process.pid, startTime: ticks, url: 'http://127.0.0.1:' + server.address().port, home, version: '0.1.0',
    temporalAddress: '127.0.0.1:7233', temporalUiUrl: null, temporalPid: null, processes: [], startedAt: 'x', credentials: [] };
  writeFileSync(home + '/stack.json', JSON.stringify(record));
  console.log('up');
});
process.on('SIGTERM', () => { rmSync(home + '/stack.json'); rmSync(home + '/up.lock'); process.exit(0); });
`;

const DOCTOR = `console.log(JSON.stringify([
  { name: 'node', ok: true, level: 'info', message: '24', repair: null },
  { name: 'git identity', ok: false, level: 'error', message: 'unknown', repair: 'git config --global user.name "..."' },
]));`;

beforeEach(async () => {
  packageRoot = await realpath(await mkdtemp(join(tmpdir(), 'nightloom-stack-')));
  home = join(packageRoot, 'home');
  await mkdir(home, { mode: 0o700 });
  await mkdir(join(packageRoot, 'src', 'main'), { recursive: true });
  for (const name of ['cli', 'client', 'contracts', 'platform']) {
    await cp(new URL(`src/${name}`, ROOT), join(packageRoot, 'src', name), { recursive: true });
  }
  for (const name of ['nightloom', 'package.json']) await cp(new URL(name, ROOT), join(packageRoot, name));
  await symlink(new URL('node_modules', ROOT), join(packageRoot, 'node_modules'));
  await writeFile(join(packageRoot, 'src', 'main', 'up.ts'), UP);
  await writeFile(join(packageRoot, 'src', 'main', 'doctor.ts'), DOCTOR);
});

afterEach(async () => {
  const record = await readRecord();
  if (record !== null) await signalProcess(record.pid, record.startTime, 'SIGKILL');
  await rm(packageRoot, { recursive: true, force: true, maxRetries: 3 });
});

function cli(args: readonly string[], options: Partial<CliOptions> = {}): Promise<CliResult> {
  return runCli(args, {
    program: join(packageRoot, 'nightloom'),
    cwd: packageRoot,
    env: { HOME: packageRoot, NIGHTLOOM_HOME: home },
    ...options,
  });
}

async function readRecord(): Promise<StackRecord | null> {
  const text = await readFile(join(home, 'stack.json'), 'utf8').catch(() => 'null');
  return parseStackRecord(JSON.parse(text));
}

describe('up and down', () => {
  it('starts in the background, is joined by a second up, and stops without ending agents', async () => {
    const started = await cli(['up', '--detach']);
    const record = await readRecord();
    expect(started).toMatchObject({ exitCode: 0 });
    expect(started.stdout).toContain(`${record?.url} (pid ${record?.pid})`);
    const second = await cli(['up']);
    expect(second).toMatchObject({ exitCode: 0 });
    expect(second.stdout).toContain(`(pid ${record?.pid})`);
    expect((await cli(['token'])).stdout).toBe('nl_token\n');
    const stopped = await cli(['down']);
    expect(stopped).toMatchObject({
      exitCode: 0,
      stdout: 'The stack has stopped. 2 agents go on running; `nightloom up` re-attaches.\n',
    });
    expect(await isAlive(record?.pid ?? 0, record?.startTime ?? '')).toBe(false);
    expect((await cli(['status'])).exitCode).toBe(3);
  });

  it('in the foreground the command becomes the stack: one pid, and SIGTERM ends it', async () => {
    let pid: number | undefined;
    const result = await cli(['up'], {
      env: { HOME: packageRoot, NIGHTLOOM_HOME: home },
      onStdout: (stdout, child) => {
        if (!stdout.includes('up\n') || pid !== undefined) return;
        ({ pid } = child);
        child.kill('SIGTERM');
      },
    });
    expect(result).toMatchObject({ exitCode: 0, stdout: 'up\n', stderr: '' });
    expect(pid).toBeGreaterThan(0);
  });

  it('a stack that lives but does not answer is exit 3 and named', async () => {
    await cli(['up', '--detach']);
    const record = await readRecord();
    const text = await readFile(join(home, 'stack.json'), 'utf8');
    await writeFile(join(home, 'stack.json'), text.replace(/"url":"[^"]+"/, '"url":"http://127.0.0.1:1"'));
    const result = await cli(['batch', 'list']);
    expect(result.exitCode).toBe(3);
    expect(result.stderr).toContain(`The stack (pid ${record?.pid}) lives but does not answer`);
  });

  it('shows the end of the log of a stack that does not start, exit 3', async () => {
    await writeFile(join(home, 'broken'), '');
    const result = await cli(['up', '--detach']);
    expect(result.exitCode).toBe(3);
    expect(result.stderr).toContain('The stack ended while starting (exit 6).');
    expect(result.stderr).toContain('  The port 7780 is taken.');
    expect(result.stderr).not.toContain('\u001B');
    expect(result.stderr).toContain('Next: `nightloom doctor`');
  });

  it('down --agents stops the agents of running and of paused batches, and waits for them', async () => {
    await cli(['up', '--detach']);
    const result = await cli(['down', '--agents']);
    expect(result.stdout).toBe('The stack has stopped.\n');
    expect(result.stderr).toContain('Paused 2 batches;');
    expect(JSON.parse(await readFile(join(home, 'paused'), 'utf8'))).toMatchObject({ now: true });
  });

  it('down --purge lists first, removes nothing without consent, and everything with --yes', async () => {
    await cli(['up', '--detach']);
    const asked = await cli(['down', '--purge']);
    expect(asked.exitCode).toBe(2);
    expect(asked.stderr).toContain(home);
    expect((await cli(['status'])).exitCode).toBe(0);
    const purged = await cli(['down', '--purge', '--yes']);
    expect(purged).toMatchObject({ exitCode: 0 });
    expect(purged.stdout).toContain(`Removed ${home}.`);
    await expect(readFile(join(home, 'token'))).rejects.toThrow('ENOENT');
  });
});

describe('a stack elsewhere', () => {
  it('is never mixed up with the one here: down refuses, exit 2', async () => {
    const env = { HOME: packageRoot, NIGHTLOOM_HOME: home, NIGHTLOOM_URL: 'http://127.0.0.1:1' };
    const result = await cli(['down', '--agents'], { env });
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toContain('unset NIGHTLOOM_URL');
  });
});

describe('two ups at once', () => {
  it('both end well: the loser joins', async () => {
    const both = await Promise.all([cli(['up', '--detach']), cli(['up', '--detach'])]);
    expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    const record = await readRecord();
    for (const { stdout } of both) expect(stdout).toContain(`(pid ${record?.pid})`);
  });
});

describe('doctor', () => {
  it('shows each check with its repair, exit 6 if one that matters failed', async () => {
    const result = await cli(['doctor']);
    expect(result.exitCode).toBe(6);
    expect(result.stdout).toBe('✓ node  24\n✗ git identity  unknown\n    Next: git config --global user.name "..."\n');
    expect(JSON.parse((await cli(['doctor', '--json'])).stdout)).toHaveLength(2);
  });

  it('says so when the doctor itself fails', async () => {
    await writeFile(join(packageRoot, 'src', 'main', 'doctor.ts'), "console.error('broken doctor'); process.exit(1);");
    const result = await cli(['doctor']);
    expect(result.exitCode).toBe(70);
    expect(result.stderr).toContain('  broken doctor');
  });
});

describe('process identity', () => {
  it('accepts a start time with or without the boot id, and nothing else', async () => {
    const startTime = (await processStartTime(process.pid)) ?? '';
    expect(await isAlive(process.pid, startTime)).toBe(true);
    expect(await isAlive(process.pid, startTime.slice(startTime.indexOf(':') + 1))).toBe(true);
    expect(await isAlive(process.pid, '')).toBe(false);
    expect(await isAlive(process.pid, '1')).toBe(false);
    expect(await signalProcess(process.pid, 'other', 'SIGKILL')).toBe(false);
  });
});
