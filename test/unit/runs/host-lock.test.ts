import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { acquireProcessLock, machineId, readProcessLock } from '../../../src/host/runs/host-lock.ts';
import type { ProcessLockOwner } from '../../../src/host/runs/host-lock.ts';
import { bootId, ownIdentity, pidNamespace, startTimeOf } from '../../../src/host/runs/process-table.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nightloom-lock-'));
  file = join(folder, 'host.lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(owner: Partial<ProcessLockOwner>): void {
  const self = { ...ownIdentity(), role: 'host', machine: machineId(), boot: bootId(), namespace: pidNamespace() };
  writeFileSync(file, JSON.stringify({ ...self, since: 1, ...owner }));
}

const stackHeld = expect.objectContaining({ code: 'stack_held' });

it('is held once, and free after its release', () => {
  const lock = acquireProcessLock(file, 'host');
  expect(readProcessLock(file)).toMatchObject({ state: 'held', owner: { pid: process.pid, role: 'host' } });
  expect(() => acquireProcessLock(file, 'host')).toThrow(stackHeld);
  lock.release();
  expect(readProcessLock(file)).toEqual({ state: 'free', owner: null });
  const second = acquireProcessLock(file, 'host');
  lock.release();
  expect(readProcessLock(file).state).toBe('held');
  second.release();
  expect(readdirSync(folder)).toEqual([]);
});

it('is taken over from a process that died, and not while it lives', async () => {
  const holder = spawn('sleep', ['60']);
  await once(holder, 'spawn');
  const pid = holder.pid ?? 0;
  write({ pid, startTime: startTimeOf(pid) ?? '' });
  expect(() => acquireProcessLock(file, 'host')).toThrow(stackHeld);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  acquireProcessLock(file, 'host').release();
});

it('does not take a later process with the same pid for its owner', () => {
  write({ pid: process.ppid, startTime: '1' });
  expect(readProcessLock(file).state).toBe('stale');
  acquireProcessLock(file, 'host').release();
});

it('is stale after a reboot', () => {
  write({ boot: 'an earlier one' });
  acquireProcessLock(file, 'host').release();
});

it('is refused when it was made on another machine, in another container, or cannot be read', () => {
  for (const owner of [{ machine: 'other', boot: 'x' }, { namespace: 'pid:[1]' }]) {
    write(owner);
    expect(readProcessLock(file).state).toBe('unknown');
    expect(() => acquireProcessLock(file, 'host')).toThrow(stackHeld);
  }
  writeFileSync(file, '{');
  expect(() => acquireProcessLock(file, 'host')).toThrow(stackHeld);
});
