/** `nightloom github`: what is asked of the API, and what is said. */
import { expect, it } from 'vitest';
import { Refusal } from './api-server.ts';
import type { Answers } from './api-server.ts';
import { cliHome } from './cli-home.ts';
import type { CliResult } from './run-cli.ts';

const home = cliHome();
const cli = home.run;

const at = '2026-03-01T02:00:00.000Z';
const common = { projectId: 'p_aaaaaaaaaa', askedAt: at, nextAt: at, queued: 0, problem: null };

it('shows how it stands with every project', async () => {
  const problem = { code: 'github_limit', message: 'Asking for news\nhas to wait.' };
  const github = () => ({
    projects: [
      { ...common, project: 'shop', intake: true, queued: 2 },
      { ...common, project: 'site', intake: false },
      { ...common, project: 'tool', intake: true, problem },
      { ...common, project: 'new', intake: null, askedAt: null, nextAt: null },
    ],
  });
  const { exitCode, stdout } = await cli(['github'], { github });
  expect(exitCode).toBe(0);
  const lines = stdout.trimEnd().split('\n');
  expect(lines[0]).toMatch(/^shop +asked .* next .* 2 tasks$/);
  expect(lines[1]).toMatch(/^site +not wanted/);
  expect(lines[2]).toContain('github_limit: Asking for news has to wait.');
  expect(lines[3]).toMatch(/^new +not asked yet$/);
});

const listProjects = () => ({
  items: [{ id: 'p_aaaaaaaaaa', name: 'shop', path: '/srv/shop', host: 'laptop-ab12', createdAt: at, settings: {} }],
  nextCursor: null,
});
const poll = (pollGithub: NonNullable<Answers['pollGithub']>): Promise<CliResult> =>
  cli(['github', 'poll', 'shop'], { listProjects, pollGithub });

it('looks now, and prints what is new', async () => {
  const task = { taskId: 't_aaaaaaaaaa', kind: 'process-issue', name: '#12 Add it', status: 'queued' };
  const { stdout } = await poll(() => ({ intake: true, tasks: [task] }));
  expect(stdout).toBe('1 task for what is new on GitHub.\nt_aaaaaaaaaa  process-issue  queued  #12 Add it\n');
});

it('says that nobody asked for news', async () => {
  const { stdout } = await poll(() => ({ intake: false, tasks: [] }));
  expect(stdout).toContain('set github.intake to true');
});

it('says why it could not look', async () => {
  const { exitCode, stderr } = await poll(() => {
    throw new Refusal('github_needs_login', 'There is no token.');
  });
  expect(exitCode).toBe(6);
  expect(stderr).toContain('There is no token.');
});
