/** The real loop with a program of the test in the place of systemd-inhibit. */
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KeepAwake } from '../../../src/contracts/settings.ts';
import { canKeepAwake, keepAwake } from '../../../src/main/keep-awake.ts';
import { isOnPower } from '../../../src/main/power.ts';
import { silentLogger } from '../../../src/platform/logger.ts';

let folder: string;
let stop: AbortController;
let keeping: Promise<void> | null;
const now = { busy: true, wish: 'always' as KeepAwake, onPower: true };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightloom-awake-'));
  stop = new AbortController();
  keeping = null;
  Object.assign(now, { busy: true, wish: 'always', onPower: true });
});

afterEach(async () => {
  stop.abort();
  await keeping;
  // What was let go still writes that into the folder.
  while ((await log()).filter((line) => line === 'free').length < (await log()).filter(isHeld).length) await soon();
  await rm(folder, { recursive: true, force: true });
});

/** Notes when it is taken and let go; refuses what holds `refused`. */
async function install(refused = 'NOTHING'): Promise<void> {
  const lines = [
    '#!/bin/sh',
    `case "$1" in *${refused}*) exit 1 ;; esac`,
    `echo "held $1" >>'${folder}/log'`,
    'cat >/dev/null',
    `echo free >>'${folder}/log'`,
  ];
  await writeFile(join(folder, 'systemd-inhibit'), `${lines.join('\n')}\n`);
  await chmod(join(folder, 'systemd-inhibit'), 0o755);
}

function start(): void {
  const options = { path: `${folder}:/usr/bin:/bin`, logger: silentLogger, intervalMs: 20 };
  keeping = keepAwake(
    {
      ...options,
      isBusy: () => Promise.resolve(now.busy),
      wish: () => Promise.resolve(now.wish),
      isOnPower: () => Promise.resolve(now.onPower),
    },
    stop.signal,
  );
}

async function log(): Promise<string[]> {
  return (await readFile(join(folder, 'log'), 'utf8').catch(() => '')).split('\n').filter(Boolean);
}

async function untilLog(...wanted: string[]): Promise<void> {
  while ((await log()).join() !== wanted.join()) await soon();
}

const isHeld = (line: string): boolean => line.startsWith('held');
const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10));

const HELD = 'held --what=idle:sleep';

describe.skipIf(process.platform !== 'linux')('keeping awake', () => {
  it('holds while a batch is under way, lets go after it, and again', async () => {
    await install();
    start();
    await untilLog(HELD);
    now.busy = false;
    await untilLog(HELD, 'free');
    now.busy = true;
    await untilLog(HELD, 'free', HELD);
    stop.abort();
    await untilLog(HELD, 'free', HELD, 'free');
  });

  it('on a battery only if that is wished', async () => {
    await install();
    Object.assign(now, { wish: 'onPower', onPower: false });
    start();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await log()).toEqual([]);
    now.onPower = true;
    await untilLog(HELD);
    now.wish = 'never';
    await untilLog(HELD, 'free');
  });

  it('takes less where the whole is refused', async () => {
    await install('sleep');
    start();
    await untilLog('held --what=idle');
  });

  it('goes on without where there is none, or all is refused', async () => {
    start();
    await install('what');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await log()).toEqual([]);
    expect(await canKeepAwake(`${folder}:/bin`, {})).toBe(false);
    await install();
    expect(await canKeepAwake(`${folder}:/bin`, { PATH: '/usr/bin:/bin' })).toBe(true);
  });
});

describe('power', () => {
  async function supply(name: string, files: Record<string, string>): Promise<void> {
    await mkdir(join(folder, name));
    for (const [file, text] of Object.entries(files)) await writeFile(join(folder, name, file), `${text}\n`);
  }

  it('a machine without a battery of its own is on power', async () => {
    expect(await isOnPower(join(folder, 'none'))).toBe(true);
    await supply('mouse', { type: 'Battery', scope: 'Device' });
    expect(await isOnPower(folder)).toBe(true);
  });

  it('one with a battery is when a supply is online', async () => {
    await supply('BAT0', { type: 'Battery', status: 'Discharging' });
    await supply('AC', { type: 'Mains', online: '0' });
    expect(await isOnPower(folder)).toBe(false);
    await supply('ucsi', { type: 'USB', online: '1' });
    expect(await isOnPower(folder)).toBe(true);
  });
});
