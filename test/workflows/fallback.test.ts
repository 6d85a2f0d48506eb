import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startInstallation } from '../support/installation.ts';
import type { TestInstallation } from '../support/installation.ts';
import { attemptsOf, pathsIn, recorded, startNight, statuses, subjects } from '../support/night.ts';

let installation: TestInstallation;
beforeAll(async () => {
  installation = await startInstallation(inject('temporalAddress'), { 'README.md': '# Test\n' });
});
afterAll(() => installation.stop());

/** Keeps its prompt beside the work, so that the test can read what it was told. */
const OTHER = ['/bin/sh', '-c', 'cat > prompt.txt; echo other > other.txt; echo done'];
const flags = { agent: { fallback: [{ name: 'command' as const, command: OTHER }] } };

describe('a fallback', () => {
  it('goes on with the work of an agent at its limit, and does the next task, without any wait', async () => {
    const scripts = {
      a: ['write a.txt 1', 'say Half of it is written.', 'limit 1h', 'write b.txt 2'],
      next: ['write next.txt 1'],
    };
    const { batch, tasks, repository } = await startNight(installation, scripts, flags);
    const state = await installation.until(batch, (each) => each.status === 'completed');
    expect(statuses(state)).toEqual(['completed', 'completed']);
    expect(state.tasks[0]).toMatchObject({ attempt: 2 });
    expect(state.tasks[0]?.spent).toBeUndefined();
    const attempts = await attemptsOf(installation, tasks[0]);
    expect(attempts.map(({ agent, outcome }) => [agent, outcome])).toEqual([
      ['scripted', 'usage_limit'],
      ['command', 'succeeded'],
    ]);
    expect((await attemptsOf(installation, tasks[1])).map(({ agent }) => agent)).toEqual(['command']);
    const { notes, waits, agent } = await recorded(installation, tasks[0]);
    expect(agent).toBe('command');
    expect(notes).toContain('command took over from scripted.');
    expect(waits).toEqual([]);
    expect(await pathsIn(repository, 'nightloom/night')).toEqual(['README.md', 'a.txt', 'other.txt', 'prompt.txt']);
    expect(await subjects(repository)).toEqual(['Auto-commit: next', 'Auto-commit: a']);
    const run = join(installation.context.paths.runs, String(tasks[0]), '2', 'agent', 'prompt.md');
    const prompt = await readFile(run, 'utf8');
    expect(prompt).toContain('Another agent (scripted) worked on it and had to stop');
    expect(prompt).toContain('Half of it is written.');
    expect(prompt).toContain('git diff');
  });
});
