/** Killed with SIGKILL anywhere between the issue and its label: one commit, one pull request, one comment. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WorkOrder } from '../../src/contracts/order.ts';
import { asId } from '../../src/contracts/ids.ts';
import { CREDENTIAL_FILE } from '../../src/host/github/credentials.ts';
import { freezeTask } from '../../src/host/kinds/frozen-task.ts';
import { newHostId, newId } from '../../src/platform/ids.ts';
import { ensureStateDirectory } from '../../src/platform/paths.ts';
import { makeGithubRemote } from '../support/github-remote.ts';
import type { GithubRemote } from '../support/github-remote.ts';
import { script } from '../support/installation.ts';

const CHILD = join(import.meta.dirname, 'github-child.ts');
let remote: GithubRemote;
let home: string;
let orderFile: string;

beforeEach(async () => {
  remote = await makeGithubRemote({ 'README.md': '# App\n' });
  const { checkout, api } = remote;
  home = join(checkout.root, 'home');
  const paths = await ensureStateDirectory(home);
  await mkdir(join(checkout.directory, '.nightloom'));
  const credential = JSON.stringify({ githubToken: api.token });
  await writeFile(join(checkout.directory, CREDENTIAL_FILE), credential, { mode: 0o600 });
  const body = script('Add', 'write it.txt 1', 'say It is there.');
  const { number } = api.repository.openIssue({ title: 'Add it', body, labels: ['nightloom'] });
  const { sha256 } = await freezeTask(paths.inputs, { kind: 'process-issue', params: { issueNumber: number } });
  const order: WorkOrder = {
    v: 1,
    installation: newId('installation'),
    host: newHostId('test'),
    batch: newId('batch'),
    batchName: 'night',
    task: newId('task'),
    attempt: 1,
    epoch: 1,
    kind: 'process-issue',
    project: asId('project', 'p_aaaaaaaaaa'),
    projectName: 'app',
    projectPath: checkout.directory,
    input: { name: 'issue', sha256 },
    overrides: { agent: { name: 'scripted' }, github: { repository: 'octo/app', apiUrl: api.url } },
    trustedSha256: null,
    notAfter: new Date(Date.now() + 86_400_000).toISOString(),
    mac: '',
  };
  orderFile = join(checkout.root, 'order.json');
  await writeFile(orderFile, JSON.stringify(order));
});
afterEach(() => remote.close());

/** The signal that ended the process. */
async function work(failpoint: string): Promise<string | null> {
  const child = spawn(execPath, [CHILD, orderFile], {
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: remote.checkout.root,
      NIGHTLOOM_HOME: home,
      NIGHTLOOM_SCRIPTED_STATE: join(remote.checkout.root, 'scripted'),
      NIGHTLOOM_FAILPOINT: `${failpoint}=kill`,
      NIGHTLOOM_FAILPOINT_LOG: join(remote.checkout.root, 'failpoints.log'),
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code, signal] = await once(child, 'exit');
  if (signal === null) expect(code).toBe(0);
  return signal;
}

describe('a host that is killed', () => {
  it.each([
    'checkout:after-read',
    'checkout:after-tree',
    'checkout:after-label',
    'commit:before',
    'tombstone:before',
    'respond:after-push',
    'github:before-pull',
    'github:after-pull',
    'github:before-comment',
    'github:after-comment',
    'respond:after-writes',
  ])('at %s does everything once when it goes on', async (failpoint) => {
    expect(await work(failpoint)).toBe('SIGKILL');
    expect(await work(failpoint)).toBeNull();
    const { repository } = remote.api;
    expect(repository.git(['rev-list', '--count', 'main..nightloom/issue-1'])).toBe('1');
    expect(repository.issues.map(({ title, pull }) => [title, pull?.head ?? null])).toEqual([
      ['Add it', null],
      ['Add it', 'nightloom/issue-1'],
    ]);
    expect(repository.bodies(1)).toHaveLength(1);
    expect(repository.issue(1).labels).toEqual(['nightloom:done']);
    expect(repository.hasBranch('nightloom/issue-1-2')).toBe(false);
  });
});
