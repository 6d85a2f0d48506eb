import { afterEach, describe, expect, inject, it } from 'vitest';
import { script, startInstallation } from '../support/installation.ts';
import type { TestInstallation } from '../support/installation.ts';

let installation: TestInstallation | null = null;
afterEach(async () => {
  await installation?.stop();
  installation = null;
});

const COMMANDS = '.claude/commands';

describe('a batch on a real server', () => {
  it('[P2] [P3] turns requirement files into one commit each, and the files are gone', async () => {
    const files = {
      'README.md': '# Test\n',
      [`${COMMANDS}/one.md`]: script('One', 'write one.txt 1'),
      [`${COMMANDS}/two.md`]: script('Two', 'sleep 600ms', 'write two.txt 2'),
    };
    installation = await startInstallation(inject('temporalAddress'), files);
    const { batch, tasks } = await installation.createBatch(['one', 'two']);
    await installation.command(batch, 'start');
    const state = await installation.until(batch, (each) => each.status === 'completed');
    expect(state.tasks.map((task) => task.status)).toEqual(['completed', 'completed']);
    const log = await installation.repository.git([
      'log',
      '--format=%s|%(trailers:key=Nightloom-Task,valueonly,separator=%x2C)',
      'main..nightloom/night',
    ]);
    expect(log.split('\n')).toEqual([`Auto-commit: two|${tasks[1]}`, `Auto-commit: one|${tasks[0]}`]);
    const tree = await installation.repository.git(['ls-tree', '-r', '--name-only', 'nightloom/night']);
    expect(tree.split('\n')).toEqual(['README.md', 'one.txt', 'two.txt']);
  });
});
