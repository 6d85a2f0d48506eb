/** `nightloom idea`: what is asked of the API, and what is said. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { IdeaView } from '../../../src/contracts/idea-routes.ts';
import { Refusal } from './api-server.ts';
import { cliHome } from './cli-home.ts';
import { PROJECT } from './views.ts';

const IDEA: IdeaView = {
  id: 'd_aaaaaaaaaa',
  projectId: PROJECT.id,
  projectName: PROJECT.name,
  title: 'Dark mode',
  text: 'For the night.',
  status: 'requirement',
  requirementName: 'dark-mode',
  taskId: null,
  createdAt: '2026-03-01T02:00:00.000Z',
  updatedAt: '2026-03-01T02:00:00.000Z',
  implementedAt: null,
};

const home = cliHome({ listProjects: () => ({ items: [PROJECT], nextCursor: null }) });
const cli = home.run;

describe('idea', () => {
  it('lists those of a project, one a line', async () => {
    const { exitCode, stdout } = await cli(['idea', 'list', '--project', PROJECT.name, '--status', 'requirement'], {
      listIdeas: () => ({ items: [IDEA], nextCursor: null }),
    });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^d_aaaaaaaaaa +requirement .*Dark mode +dark-mode\n$/);
    expect(home.calls.at(-1)?.query).toMatchObject({ project: PROJECT.id, status: 'requirement' });
  });

  it('adds one with the text of a file', async () => {
    await writeFile(join(home.folder, 'idea.md'), 'For the night.');
    const args = ['idea', 'add', 'Dark mode', '--file', 'idea.md', '--project', PROJECT.name];
    const { stdout } = await cli(args, { createIdea: () => IDEA });
    expect(stdout).toBe('d_aaaaaaaaaa  Dark mode (requirement, requirement dark-mode)\n');
    expect(home.calls.at(-1)?.body).toEqual({ projectId: PROJECT.id, title: 'Dark mode', text: 'For the night.' });
  });

  it('changes what is named, and asks for something to change', async () => {
    const { exitCode } = await cli(['idea', 'edit', IDEA.id, '--status', 'idea'], { editIdea: () => IDEA });
    expect(exitCode).toBe(0);
    expect(home.calls.at(-1)).toMatchObject({ params: { id: IDEA.id }, body: { status: 'idea' } });
    expect((await cli(['idea', 'edit', IDEA.id], {})).exitCode).toBe(2);
  });

  it('makes a requirement of one, and says how to undo it', async () => {
    const { exitCode, stderr } = await cli(['idea', 'requirement', IDEA.id, '--name', 'dark'], {
      makeRequirement: () => {
        throw new Refusal('idea_taken', 'The idea Dark mode is requirement dark-mode already.');
      },
    });
    expect(exitCode).toBe(5);
    expect(stderr).toContain('nightloom idea list');
    expect(home.calls.at(-1)?.body).toEqual({ name: 'dark' });
  });

  it('forgets one', async () => {
    const { stdout } = await cli(['idea', 'remove', IDEA.id], { removeIdea: () => IDEA });
    expect(stdout).toBe('Forgot the idea Dark mode.\n');
  });

  it('logs what was done, one line for each task', async () => {
    const entry = {
      taskId: 't_aaaaaaaaaa',
      batchId: 'b_aaaaaaaaaa',
      projectId: PROJECT.id,
      kind: 'requirement',
      name: 'dark-mode',
      title: 'Dark mode',
      at: '2026-03-01T02:00:00.000Z',
      attempt: 1,
      agent: 'claude',
      sessionId: null,
      commit: 'c'.repeat(40),
      files: ['a.txt', 'b.txt'],
    };
    const { stdout } = await cli(['idea', 'log', '--project', PROJECT.name], {
      implementationLog: () => ({ items: [entry], nextCursor: null }),
    });
    expect(stdout).toMatch(/dark-mode +c{10} +2 files +Dark mode\n$/);
  });
});
