import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/contracts/errors.ts';
import type { SettingsOverrides } from '../../../src/contracts/settings.ts';
import { freezeSettings, readFrozenSettings } from '../../../src/host/project/frozen-settings.ts';
import { resolveSettings } from '../../../src/host/project/settings.ts';
import type { ResolvedSettings } from '../../../src/host/project/settings.ts';

let root: string;
let home: string;
let checkout: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'nightloom-settings-'));
  home = join(root, 'home');
  checkout = join(root, 'checkout');
  await mkdir(home);
  await mkdir(checkout);
});
afterEach(() => rm(root, { recursive: true, force: true }));

const resolve = (over: { dashboard?: SettingsOverrides; flags?: SettingsOverrides } = {}): Promise<ResolvedSettings> =>
  resolveSettings({ home, checkout, dashboard: over.dashboard ?? {}, flags: over.flags ?? {} });
const user = (value: unknown): Promise<void> => writeFile(join(home, 'config.json'), JSON.stringify(value));
const project = (value: unknown): Promise<void> =>
  writeFile(join(checkout, 'nightloom.config.json'), JSON.stringify(value));

async function mistakesOf(over: { dashboard?: SettingsOverrides; flags?: SettingsOverrides } = {}): Promise<unknown> {
  try {
    await resolve(over);
  } catch (error) {
    if (AppError.is(error, 'invalid_settings')) return error.details['mistakes'];
    throw error;
  }
  return [];
}

describe('resolveSettings', () => {
  it('has the documented defaults', async () => {
    const { settings, projectFileSha256 } = await resolve();
    expect(projectFileSha256).toBe(null);
    expect(settings).toEqual({
      agent: {
        name: 'claude',
        fallback: [],
        bin: null,
        command: null,
        model: null,
        maxTurns: null,
        maxContinuations: 2,
        maxBudgetUsd: null,
        permissionMode: 'acceptEdits',
        allowedTools: [],
        timeoutMs: 7_200_000,
        stallTimeoutMs: 1_200_000,
      },
      attempts: 2,
      onFailure: 'continue',
      verify: [],
      setup: [],
      workspace: { mode: 'worktree', copy: [] },
      git: { commit: true, message: 'Auto-commit: {requirementName}', keepAgentCommits: false, hooks: true },
      delivery: { mode: 'branch' },
      limits: { onUsageLimit: 'wait', extraUsage: 'wait', maxWaitMs: null, maxFixes: 2 },
      env: {},
      prompt: null,
      github: {
        repository: null,
        apiUrl: 'https://api.github.com',
        tokenVariable: null,
        intake: false,
        pollIntervalMs: 300_000,
        triggerLabels: ['nightloom'],
        priorities: [],
        skipLabels: ['skip:nightloom'],
        commentTrigger: '/nightloom',
        anyone: false,
        pullRequest: true,
        workingLabel: 'nightloom:working',
        doneLabel: 'nightloom:done',
        failedLabel: 'nightloom:failed',
      },
      handlers: [],
      resources: { nice: null, memoryBytes: null },
      logs: { copy: false },
      screenshot: { command: null, url: null, browser: null, timeoutMs: 60_000 },
      requirements: { allowNoChange: false },
    });
  });

  const layers = ['built-in', 'user', 'project', 'dashboard', 'flags'] as const;
  it.each(layers.map((source, index) => [source, index] as const))(
    'lets %s win over everything weaker',
    async (source, index) => {
      const says = (value: number): SettingsOverrides => ({ attempts: value });
      if (index >= 1) await user(says(3));
      if (index >= 2) await project(says(4));
      const resolved = await resolve({ dashboard: index >= 3 ? says(5) : {}, flags: index >= 4 ? says(6) : {} });
      expect(resolved.settings.attempts).toBe(index + 2);
      const files: Record<string, string> = {
        user: join(home, 'config.json'),
        project: join(checkout, 'nightloom.config.json'),
      };
      expect(resolved.origins.find((origin) => origin.key === 'attempts')).toEqual({
        key: 'attempts',
        value: index + 2,
        source,
        file: files[source] ?? null,
      });
    },
  );

  it('merges groups key by key and env by variable, and replaces lists', async () => {
    await user({ agent: { model: 'small', maxTurns: 9 }, verify: ['a', 'b'], env: { A: '1', B: '1' } });
    await project({ agent: { model: 'large' }, verify: [{ command: 'c', timeout: '90s' }, 'd'], env: { B: '2' } });
    const { settings, origins } = await resolve();
    expect(settings.agent).toMatchObject({ model: 'large', maxTurns: 9 });
    expect(settings.verify).toEqual([
      { command: 'c', timeoutMs: 90_000 },
      { command: 'd', timeoutMs: 600_000 },
    ]);
    expect(settings.env).toEqual({ A: '1', B: '2' });
    expect(origins.filter((origin) => origin.key.startsWith('env.')).map(({ key, source }) => [key, source])).toEqual([
      ['env.A', 'user'],
      ['env.B', 'project'],
    ]);
  });

  it.each(['yaml', 'yml'])('reads nightloom.config.%s', async (ending) => {
    await writeFile(
      join(checkout, `nightloom.config.${ending}`),
      'agent:\n  name: claude\n  maxBudgetUsd: 2.5\nverify:\n  - npm test # all of it\n  - command: npm run lint\n    timeout: 2m\n',
    );
    const { settings, projectFileSha256 } = await resolve();
    expect(settings.agent.maxBudgetUsd).toBe(2.5);
    expect(settings.verify).toEqual([
      { command: 'npm test', timeoutMs: 600_000 },
      { command: 'npm run lint', timeoutMs: 120_000 },
    ]);
    expect(projectFileSha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('takes an empty YAML file as saying nothing', async () => {
    await writeFile(join(checkout, 'nightloom.config.yaml'), '# nothing yet\n');
    expect((await resolve()).settings.attempts).toBe(2);
  });

  it('reports all mistakes of all sources at once', async () => {
    await user({ attempts: 0, colour: 'red' });
    await project({
      agent: { name: 'klaude', timeout: 'soon' },
      verify: ['ok', 7, { command: 'x', timeout: '1 hour' }, { comand: 'x' }],
      env: { 'NOT-A-NAME': 'x' },
    });
    const userFile = join(home, 'config.json');
    const projectFile = join(checkout, 'nightloom.config.json');
    const mistakes = await mistakesOf({ flags: { limits: { maxFixes: 99 } } });
    expect(mistakes).toEqual(expect.any(Array));
    const places = Array.isArray(mistakes) ? mistakes.map(({ file, path }) => `${file} ${path}`) : [];
    expect(places.toSorted()).toEqual(
      [
        `${userFile} attempts`,
        `${userFile} colour`,
        `${projectFile} agent.name`,
        `${projectFile} agent.timeout`,
        `${projectFile} verify.1`,
        `${projectFile} verify.2.timeout`,
        `${projectFile} verify.3.command`,
        `${projectFile} verify.3.comand`,
        `${projectFile} env.NOT-A-NAME`,
        'flags limits.maxFixes',
      ].toSorted(),
    );
  });

  it.each([
    ['nightloom.config.json', '{"attempts": 2,}', /is not JSON/],
    ['nightloom.config.json', '[]', /expected object/],
    ['nightloom.config.json', '{"env": {"A": 1}}', /expected string/],
    ['nightloom.config.yaml', 'attempts: [1', /is not YAML/],
    ['nightloom.config.yaml', 'attempts: 1\nattempts: 2\n', /is not YAML.*unique/],
    [
      'nightloom.config.yaml',
      `a: &a [x, x, x, x, x, x, x, x, x, x]\n${'bcdefgh'
        .split('')
        .map(
          (name, index) => `${name}: &${name} [${Array.from({ length: 10 }, () => `*${'abcdefg'[index]}`).join(', ')}]`,
        )
        .join('\n')}\n`,
      /is not YAML.*alias/,
    ],
    ['nightloom.config.yml', Buffer.from([0x61, 0xff, 0xfe]), /is not UTF-8/],
    ['nightloom.config.json', `"${'x'.repeat(300_000)}"`, /at most/],
  ])('says what is wrong with %s', async (name, content, message) => {
    await writeFile(join(checkout, name), content);
    expect(await mistakesOf()).toEqual([
      expect.objectContaining({ file: join(checkout, name), message: expect.stringMatching(message) }),
    ]);
  });

  it('refuses two project files', async () => {
    await project({});
    await writeFile(join(checkout, 'nightloom.config.yaml'), '');
    expect(await mistakesOf()).toEqual([
      {
        file: join(checkout, 'nightloom.config.yaml'),
        path: '',
        message: expect.stringContaining('nightloom.config.json'),
      },
    ]);
  });

  it('finds mistakes that only the sources together show', async () => {
    await user({ delivery: { mode: 'push' } });
    await project({ git: { commit: false } });
    expect(await mistakesOf({ flags: { agent: { name: 'command' } } })).toEqual([
      { file: 'flags', path: 'agent.name', message: expect.stringContaining('agent.command') },
      { file: join(home, 'config.json'), path: 'delivery.mode', message: expect.stringContaining('git.commit') },
    ]);
  });

  it('works in place without commits, and says why', async () => {
    await project({ git: { commit: false }, workspace: { mode: 'worktree' } });
    const { settings, origins } = await resolve();
    expect(settings.workspace.mode).toBe('in-place');
    expect(origins.find((origin) => origin.key === 'workspace.mode')).toMatchObject({
      value: 'in-place',
      source: 'project',
    });
  });
});

describe('frozen settings', () => {
  it('give the same settings after the files have changed, and the first to freeze wins', async () => {
    await project({ verify: ['npm test'], env: { A: '1' } });
    const file = join(root, 'state', 'p.settings.json');
    expect(await readFrozenSettings(file)).toBe(null);
    const first = await freezeSettings(file, await resolve());
    await project({ verify: [], attempts: 9 });
    expect(await freezeSettings(file, await resolve())).toEqual(first);
    expect(await readFrozenSettings(file)).toEqual(first);
    expect(first.settings.verify).toHaveLength(1);
  });

  it('are one of the whole versions when many freeze at once', async () => {
    const file = join(root, 'state', 'p.settings.json');
    const resolved = await Promise.all([1, 2, 3, 4, 5].map((attempts) => resolve({ flags: { attempts } })));
    const frozen = await Promise.all(resolved.map((each) => freezeSettings(file, each)));
    expect(new Set(frozen.map((each) => each.settings.attempts)).size).toBe(1);
  });

  it('that are damaged are an error, not a default', async () => {
    const file = join(root, 'p.settings.json');
    await freezeSettings(file, await resolve());
    await writeFile(file, (await readFile(file, 'utf8')).slice(0, 40));
    await expect(readFrozenSettings(file)).rejects.toMatchObject({ code: 'internal' });
  });
});
