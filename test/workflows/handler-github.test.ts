/** GitHub in a handler: with the address, the repository and the token that its project's settings name. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { toKind } from '../../src/contracts/kinds.ts';
import type { SettingsOverrides } from '../../src/contracts/settings.ts';
import { CREDENTIAL_FILE } from '../../src/host/github/credentials.ts';
import { readResult } from '../../src/host/kinds/result-file.ts';
import { makeRepository } from '../support/git-repository.ts';
import type { TestRepository } from '../support/git-repository.ts';
import { startGithubApi } from '../support/github-api.ts';
import type { GithubApi } from '../support/github-api.ts';
import { startInstallation } from '../support/installation.ts';
import type { TestInstallation } from '../support/installation.ts';
import { recorded, statuses } from '../support/night.ts';
import type { TestProject } from '../support/test-project.ts';

const HANDLER = `import { defineTaskHandler } from 'nightloom';
export const reads = defineTaskHandler({
  kind: 'reads-issue',
  run: async ({ params }, { components: { github }, credentials }) => {
    const { status, data } = await github.request('GET /repos/{owner}/{repo}/issues/{number}', { number: params.number });
    const inherited = Object.keys(process.env).filter((name) => process.env[name] === credentials.githubToken);
    return { success: true, data: { status, title: data.title, repository: github.repository, inherited } };
  },
});
`;

let upstream: TestRepository;
let api: GithubApi;
let installation: TestInstallation;
let project: TestProject;
beforeAll(async () => {
  upstream = await makeRepository({ 'README.md': '# Test\n' });
  api = await startGithubApi({ directory: join(upstream.directory, '.git') });
  api.repository.openIssue({ title: 'Read me', body: 'x' });
  const environment = { SHOP_GITHUB: api.token, GITHUB_TOKEN: 'of-the-machine' };
  installation = await startInstallation(inject('temporalAddress'), { 'README.md': '# Test\n' }, { environment });
  project = await installation.project({
    'README.md': '# Test\n',
    'nightloom.config.json': JSON.stringify({ handlers: ['./reads.mjs'] }),
    'reads.mjs': HANDLER,
  });
  const { directory } = project.repository;
  await mkdir(join(directory, '.nightloom'));
  await writeFile(join(directory, '.git', 'info', 'exclude'), '.nightloom/\n');
  await writeFile(join(directory, CREDENTIAL_FILE), JSON.stringify({ githubToken: 'of-the-file' }), { mode: 0o600 });
}, 180_000);
afterAll(async () => {
  await installation?.stop();
  await api?.close();
  await upstream?.remove();
});

async function run(github: NonNullable<SettingsOverrides['github']>) {
  const kind = toKind('reads-issue');
  if (kind === null) throw new Error('no such kind');
  const { batch, tasks } = await project.createBatch([{ kind, params: { number: 1 } }], { github });
  const [task] = tasks;
  if (task === undefined) throw new Error('no task was made');
  await installation.command(batch, 'start');
  const state = await installation.until(batch, (each) => each.status === 'completed', 50_000);
  const { paths, masker } = installation.context;
  const { failure } = await recorded(installation, task);
  return { statuses: statuses(state), result: readResult(paths, task, 1, masker), message: failure?.message };
}

it('asks the API of the settings, with the token of the variable that they name, and hands it on to nobody', async () => {
  const ended = await run({ apiUrl: api.url, repository: 'octo/app', tokenVariable: 'SHOP_GITHUB' });
  expect(ended).toMatchObject({
    statuses: ['completed'],
    result: { status: 200, title: 'Read me', repository: { owner: 'octo', name: 'app' }, inherited: [] },
  });
  const [request] = api.requests.filter(({ path }) => path.endsWith('/issues/1'));
  expect(String(request?.headers['authorization'])).toContain(api.token);
});

it.each([
  ['a variable that is not set has no other in its place', { tokenVariable: 'NOT_SET_GITHUB' }, 'no GitHub token'],
  ['an address that is not secure', { apiUrl: 'http://example.org' }, 'not an https address'],
  ['the token of the file, where no variable is named', {}, 'Bad credentials'],
])('fails when it is used: %s', async (_case, wrong, message) => {
  const before = api.requests.length;
  const ended = await run({ apiUrl: api.url, repository: 'octo/app', ...wrong });
  expect(ended).toMatchObject({ statuses: ['failed'], message: expect.stringContaining(message) });
  const sent = api.requests.slice(before).map(({ headers }) => String(headers['authorization']));
  expect(sent.filter((each) => !each.includes('of-the-file'))).toEqual([]);
});
