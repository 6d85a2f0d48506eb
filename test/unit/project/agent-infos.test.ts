import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import { expect, it } from 'vitest';
import { agentInfos } from '../../../src/host/project/agent-infos.ts';

it('lists every agent with version and login, as far as this machine knows', async () => {
  const home = await mkdtemp(join(tmpdir(), 'nightloom-agents-'));
  const program = async (name: string, script: string): Promise<void> => {
    await writeFile(join(home, 'bin', name), `#!/bin/sh\n${script}\n`);
    await chmod(join(home, 'bin', name), 0o755);
  };
  try {
    await mkdir(join(home, 'bin'));
    await program(
      'claude',
      'case "$1" in auth) echo \'{"loggedIn":true,"authMethod":"oauth_token"}\';; *) echo 2.1;; esac',
    );
    await program('codex', 'case "$1" in login) exit 1;; *) echo codex-cli 0.171.0;; esac');
    await program('opencode', 'echo 1.18');
    const base = { PATH: `${join(home, 'bin')}:/bin:/usr/bin`, HOME: home, NODE: env['NODE'] ?? '' };
    const infos = await agentInfos(home, base);
    expect(infos.map(({ name, installed, version, login }) => [name, installed, version, login])).toEqual([
      ['claude', true, '2.1', 'yes'],
      ['codex', true, 'codex-cli 0.171.0', 'no'],
      ['gemini', false, null, 'unknown'],
      ['opencode', true, '1.18', 'unknown'],
      ['scripted', true, expect.any(String), 'not_needed'],
    ]);
    expect(infos[0]?.method).toBe('oauth_token');
    expect(infos[1]?.repair).toContain('codex login');
    expect(infos[2]?.repair).toBe('npm install -g @google/gemini-cli');
  } finally {
    await rm(home, { recursive: true });
  }
});
