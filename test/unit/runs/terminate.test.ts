import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { launchRun } from '../../../src/host/runs/launch.ts';
import {
  bootId,
  findMarked,
  isAlive,
  ownIdentity,
  pidNamespace,
  startTimeOf,
} from '../../../src/host/runs/process-table.ts';
import { inspectRun } from '../../../src/host/runs/status.ts';
import { fence, terminateRun } from '../../../src/host/runs/terminate.ts';
import { waitForRun } from '../../../src/host/runs/wait.ts';
import { makePlayground, until } from './support.ts';
import type { Playground } from './support.ts';

let play: Playground;
beforeEach(() => {
  play = makePlayground();
});
afterEach(() => play.clean());

const carriers = (marker: string): number => findMarked((each) => each === marker).length;

async function started(name: string, script: string, graceMs = 500): Promise<{ dir: string; marker: string }> {
  const spec = play.spec(name, `${script}`, { graceMs });
  await launchRun(spec);
  await until(() => readFileSync(join(spec.dir, 'stdout'), 'utf8').includes('ready'));
  return spec;
}

describe('terminating', () => {
  it('[P5] ends the program politely and what escaped into sessions of its own', async () => {
    const escape = `setsid sh -c 'trap "" TERM; echo ready; while :; do sleep 1; done' &`;
    const { dir, marker } = await started(
      'escape',
      `${escape} trap 'echo asked; exit 0' TERM; while :; do sleep 0.02; done`,
    );
    const report = await terminateRun(dir, { graceMs: 2000 });
    expect(report.survivors).toEqual([]);
    expect(report.status).toMatchObject({ status: 'exited', exit: { code: 0, terminated: true } });
    expect(readFileSync(join(dir, 'stdout'), 'utf8')).toContain('asked');
    expect(carriers(marker)).toBe(0);
  });

  it('[P5] kills a program that does not listen, and children that dropped their environment', async () => {
    const pidFile = join(play.root, 'bare');
    const bare = `env -i /bin/sh -c 'trap "" TERM; echo $$ >${pidFile}; while :; do sleep 1; done' &`;
    const { dir, marker } = await started(
      'deaf',
      `trap '' TERM; ${bare} echo ready; while :; do sleep 0.02; done`,
      60_000,
    );
    await until(() => readFileSync(pidFile, { encoding: 'utf8', flag: 'a+' }).endsWith('\n'));
    const pid = Number(readFileSync(pidFile, 'utf8'));
    const report = await terminateRun(dir, { graceMs: 100 });
    expect(report.survivors).toEqual([]);
    expect(report.status).toMatchObject({ status: 'exited', exit: { signal: 'SIGKILL', terminated: true } });
    expect(carriers(marker)).toBe(0);
    expect(startTimeOf(pid)).toBeNull();
  });

  it('[P5] ends tools that outlived a program which left by itself', async () => {
    const { dir, marker } = await started('leftover', 'setsid sleep 60 & echo ready');
    expect(await waitForRun(dir, { timeoutMs: 5000 })).toMatchObject({ exit: { code: 0 } });
    await until(() => carriers(marker) === 1);
    const report = await terminateRun(dir, { graceMs: 100 });
    expect(report).toMatchObject({ status: { status: 'exited', exit: { code: 0, terminated: false } }, survivors: [] });
    expect(carriers(marker)).toBe(0);
  });

  it('is repeatable, and seals a run that was never claimed', async () => {
    const spec = play.spec('sealed', 'echo never');
    mkdirSync(spec.dir, { recursive: true });
    for (let round = 0; round < 2; round += 1) {
      expect((await terminateRun(spec.dir, { graceMs: 10 })).status).toMatchObject({ exit: { terminated: true } });
    }
    expect(await launchRun(spec)).toMatchObject({ status: 'exited', exit: { terminated: true } });
  });

  it('never signals a process whose start time does not fit', async () => {
    const bystander = spawn('sleep', ['60']);
    await once(bystander, 'spawn');
    const dir = join(play.root, 'forged');
    mkdirSync(dir);
    writeFileSync(join(dir, 'run.json'), JSON.stringify({ marker: `${play.root}/forged` }));
    writeFileSync(join(dir, 'claim'), `${bystander.pid} 1 ${bootId()} ${pidNamespace()}\n`);
    writeFileSync(join(dir, 'process.json'), JSON.stringify({ pid: bystander.pid, startTime: '1' }));
    expect(await inspectRun(dir)).toEqual({ status: 'lost', reason: 'processes_gone' });
    const report = await terminateRun(dir, { graceMs: 10 });
    expect(report.killed).toEqual([]);
    expect(bystander.signalCode).toBeNull();
    bystander.kill('SIGKILL');
    await once(bystander, 'exit');
  });

  it('never ends the process it runs in, whatever a directory says', async () => {
    const self = ownIdentity();
    const dir = join(play.root, 'self');
    mkdirSync(dir);
    writeFileSync(join(dir, 'run.json'), JSON.stringify({ marker: `${play.root}/self` }));
    writeFileSync(join(dir, 'claim'), `999999 1 ${bootId()} ${pidNamespace()}\n`);
    writeFileSync(join(dir, 'process.json'), JSON.stringify(self));
    const report = await terminateRun(dir, { graceMs: 10 });
    expect(report.killed).toEqual([]);
    expect(isAlive(self)).toBe(true);
  });
});

describe('fence', () => {
  it('[P1] leaves nothing of a task alive and touches nothing else', async () => {
    const mine = await started('t1/1', 'setsid sleep 60 & echo ready; sleep 60');
    const other = await started('t2/1', 'echo ready; sleep 60');
    expect(await fence(`${play.root}/t1/`, { graceMs: 300 })).toMatchObject({ survivors: [] });
    expect(carriers(mine.marker)).toBe(0);
    expect(await inspectRun(mine.dir)).toMatchObject({ status: 'exited', exit: { terminated: true } });
    expect(await inspectRun(other.dir)).toMatchObject({ status: 'running' });
  });
});

describe('losing the shim', () => {
  it('a run whose shim was killed is adopted while its program lives, then lost', async () => {
    const spec = play.spec('adopted', `until [ -e ${play.root}/go ]; do sleep 0.02; done`);
    const status = await launchRun(spec);
    if (status.status !== 'running') throw new Error(status.status);
    process.kill(status.shim.pid, 'SIGKILL');
    await until(async () => (await inspectRun(spec.dir)).status !== 'running');
    expect(await inspectRun(spec.dir)).toMatchObject({ status: 'orphaned' });
    writeFileSync(join(play.root, 'go'), '');
    expect(await waitForRun(spec.dir, { timeoutMs: 5000 })).toEqual({ status: 'lost', reason: 'processes_gone' });
  });

  it('the timeout still ends a program whose shim was killed', async () => {
    const spec = play.spec('late', 'sleep 60', { timeoutMs: 400 });
    const status = await launchRun(spec);
    if (status.status !== 'running') throw new Error(status.status);
    process.kill(status.shim.pid, 'SIGKILL');
    expect(await waitForRun(spec.dir, { timeoutMs: 5000 })).toMatchObject({ status: 'lost' });
    await until(() => carriers(spec.marker) === 0);
  });

  it('another boot is lost, another pid namespace is not decided, an empty claim is lost', async () => {
    const make = (name: string, claim: string): string => {
      const dir = join(play.root, name);
      mkdirSync(dir);
      writeFileSync(join(dir, 'claim'), claim);
      return dir;
    };
    const self = ownIdentity();
    const line = (boot: string, namespace: string): string => `${self.pid} ${self.startTime} ${boot} ${namespace}\n`;
    expect(await inspectRun(make('boot', line('other', pidNamespace())))).toEqual({
      status: 'lost',
      reason: 'rebooted',
    });
    expect(await inspectRun(make('space', line(bootId(), 'pid:[1]')))).toEqual({
      status: 'foreign',
      namespace: 'pid:[1]',
    });
    expect(await inspectRun(make('here', line(bootId(), pidNamespace())))).toMatchObject({ status: 'running' });
    expect(await inspectRun(make('empty', ''))).toEqual({ status: 'lost', reason: 'claim_unreadable' });
  });
});
