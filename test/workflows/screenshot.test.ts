/** What a task may leave beside its commit: a picture of the product, and a copy of its log in the checkout. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { SettingsOverrides } from '../../src/contracts/settings.ts';
import { readScreenshot } from '../../src/host/runs/screenshot-file.ts';
import { startInstallation } from '../support/installation.ts';
import type { TestInstallation } from '../support/installation.ts';
import { filesOf, recorded, statuses, subjects } from '../support/night.ts';

let installation: TestInstallation;
beforeAll(async () => {
  installation = await startInstallation(inject('temporalAddress'), { 'README.md': '# Test\n' });
});
afterAll(() => installation.stop());

const PNG = String.raw`printf '\211PNG\r\n\032\n%s' "$(cat a.txt)" > "$NIGHTLOOM_SCREENSHOT"`;

async function run(flags: SettingsOverrides) {
  const project = await installation.project(filesOf({ a: ['write a.txt 1', 'say done'] }));
  const { batch, tasks } = await project.createBatch(['a'], flags);
  await installation.command(batch, 'start');
  const state = await installation.until(batch, (each) => each.status === 'completed');
  const [task] = tasks;
  if (task === undefined) throw new Error('no task');
  return { repository: project.repository, task, state };
}

it('[P2] keeps the picture that the command made of the committed work', async () => {
  const { repository, task, state } = await run({ screenshot: { command: PNG } });
  expect(statuses(state)).toEqual(['completed']);
  const picture = await readScreenshot(installation.context.paths, task, 1);
  expect(
    Buffer.from(picture ?? '', 'base64')
      .subarray(8)
      .toString(),
  ).toContain('1');
  expect((await recorded(installation, task)).notes).toEqual([]);
  expect(await subjects(repository)).toEqual(['Auto-commit: a']);
});

it.each([
  ['exit 3', /exit code 3/],
  ['echo no > "$NIGHTLOOM_SCREENSHOT"', /no PNG/],
])('completes the task without a picture, and says why: %s', async (command, note) => {
  const { task, state } = await run({ screenshot: { command } });
  expect(statuses(state)).toEqual(['completed']);
  expect((await recorded(installation, task)).notes).toEqual([expect.stringMatching(note)]);
  expect(await readScreenshot(installation.context.paths, task, 1)).toBeNull();
});

it('says that there is no browser for an address', async () => {
  const screenshot = { url: 'http://127.0.0.1:9/', browser: '/nowhere/chromium' };
  const { task } = await run({ screenshot });
  expect((await recorded(installation, task)).notes).toEqual([expect.stringContaining('There is no browser')]);
});

it('copies the log into the checkout where git does not see it', async () => {
  const { repository } = await run({ logs: { copy: true } });
  const folder = join(repository.directory, '.claude/logs');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.log'));
  expect(names).toEqual([expect.stringMatching(/^a_\d{4}-\d\d-\d\dT[\d-]+Z\.log$/)]);
  expect(await readFile(join(folder, names[0] ?? ''), 'utf8')).toContain('done');
  expect(await repository.git(['status', '--porcelain', '--', '.claude/logs'])).toBe('');
});
