/** The real command against a home of its own; the service manager is a program of the test. */
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exec } from '../../../src/platform/exec.ts';
import { serviceFile } from '../../../src/cli/service-file.ts';
import type { ServiceFacts } from '../../../src/cli/service-file.ts';
import { LAUNCHER } from '../../e2e/support/user.ts';

const FACTS: ServiceFacts = {
  platform: 'linux',
  home: '/home/me',
  configHome: null,
  launcher: '/opt/100% mine/$x/nightloom',
  stateDirectory: '/home/me/.local/state/nightloom',
  path: '/usr/bin:/opt/a "b"',
};

describe('the file', () => {
  it('is a unit whose agents outlive it', () => {
    const made = serviceFile(FACTS);
    expect(made?.file).toBe('/home/me/.config/systemd/user/nightloom.service');
    expect(made?.text).toContain('ExecStart="/opt/100%% mine/$$x/nightloom" up\n');
    expect(made?.text).toContain('KillMode=process\n');
    expect(made?.text).toContain('Restart=on-failure\n');
    expect(made?.text).toContain('Environment="PATH=/usr/bin:/opt/a \\"b\\""\n');
    expect(made?.text).toContain('Environment="NIGHTLOOM_HOME=/home/me/.local/state/nightloom"\n');
  });

  it('is a launchd file on macOS, and nothing elsewhere', () => {
    const made = serviceFile({ ...FACTS, platform: 'darwin', path: '/a&b' });
    expect(made?.file).toBe('/home/me/Library/LaunchAgents/dev.nightloom.stack.plist');
    expect(made?.text).toContain('<key>AbandonProcessGroup</key><true/>');
    expect(made?.text).toContain('<key>PATH</key><string>/a&amp;b</string>');
    expect(serviceFile({ ...FACTS, platform: 'win32' })).toBe(null);
  });
});

describe.skipIf(process.platform !== 'linux')('nightloom service', () => {
  let home: string;
  let env: Record<string, string>;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'nightloom-service-'));
    env = {
      HOME: home,
      NIGHTLOOM_HOME: join(home, 'state'),
      PATH: `${home}:/usr/bin:/bin`,
      ANTHROPIC_API_KEY: 'secret-key',
    };
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  const call = (...args: string[]) => exec([LAUNCHER, 'service', ...args], { cwd: '/', env });
  const unit = () => join(home, '.config/systemd/user/nightloom.service');

  async function manager(exit: number): Promise<void> {
    await writeFile(join(home, 'systemctl'), `#!/bin/sh\necho "$@" >>'${home}/calls'\necho no bus >&2\nexit ${exit}\n`);
    await chmod(join(home, 'systemctl'), 0o755);
  }

  it('install writes and prints the unit and asks nobody; remove takes it away', async () => {
    await manager(1);
    const installed = await call('install');
    expect(installed).toMatchObject({ exitCode: 0, stderr: '' });
    const text = await readFile(unit(), 'utf8');
    expect(installed.stdout).toContain(text.trimEnd());
    expect(installed.stdout).toContain('systemctl --user enable --now nightloom.service');
    expect(installed.stdout).toContain('loginctl enable-linger');
    expect(text).toContain(`ExecStart="${LAUNCHER}" up`);
    expect(text).not.toContain('secret-key');
    await expect(readFile(join(home, 'calls'), 'utf8')).rejects.toThrow();
    const removed = await call('remove');
    expect(removed.stdout).toContain('systemctl --user disable --now nightloom.service');
    await expect(stat(unit())).rejects.toThrow();
    expect((await call('remove')).exitCode).toBe(0);
  });

  it('status says what is there', async () => {
    await manager(0);
    expect(JSON.parse((await call('status', '--json')).stdout)).toMatchObject({ installed: false, enabled: false });
    await call('install', '--now');
    expect(await readFile(join(home, 'calls'), 'utf8')).toContain('--user enable --now nightloom.service');
    expect(JSON.parse((await call('status', '--json')).stdout)).toEqual({
      manager: 'systemd',
      file: unit(),
      installed: true,
      current: true,
      enabled: true,
    });
  });

  it('a service manager that refuses is an error of the environment, with its words', async () => {
    await manager(1);
    const ran = await call('install', '--now');
    expect(ran.exitCode).toBe(6);
    expect(ran.stderr).toContain('no bus');
  });
});
