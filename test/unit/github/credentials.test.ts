/** Whose token it is, in which order, and what is refused; the token itself is in no message. */
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { asId } from '../../../src/contracts/ids.ts';
import { CREDENTIAL_FILE, findCredential } from '../../../src/host/github/credentials.ts';
import type { Credential } from '../../../src/host/github/credentials.ts';

const SECRET = 'not-shaped-like-a-token-1234567890';
let checkout: string;
beforeEach(async () => {
  checkout = await mkdtemp(join(tmpdir(), 'nightloom-credentials-'));
  await mkdir(join(checkout, '.nightloom'));
});
afterEach(() => rm(checkout, { recursive: true, force: true }));

const find = (environment: Record<string, string>, tokenVariable: string | null = null): Promise<Credential> =>
  findCredential({
    checkout,
    project: asId('project', 'p_aaaaaaaaaa'),
    projectName: 'my-shop 2',
    tokenVariable,
    environment,
  });
async function write(content: string, mode = 0o600): Promise<string> {
  const file = join(checkout, CREDENTIAL_FILE);
  await writeFile(file, content);
  await chmod(file, mode);
  return file;
}
async function refusal(found: Promise<Credential>): Promise<string> {
  const error: unknown = await found.then(
    ({ token }) => new Error(`found ${token}`),
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ code: 'github_needs_login' });
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(SECRET);
  return error instanceof Error ? error.message : '';
}

it('takes the strongest place that has one', async () => {
  const environment: Record<string, string> = {
    MY_GITHUB: 'a',
    GITHUB_TOKEN_MY_SHOP_2: 'c',
    GITHUB_TOKEN_P_AAAAAAAAAA: 'd',
    GITHUB_TOKEN: 'e',
    GH_TOKEN: 'f',
    GITHUB_TOKEN_OTHER: 'x',
  };
  const file = await write(JSON.stringify({ githubToken: 'b' }));
  expect(await find(environment, 'MY_GITHUB')).toEqual({ token: 'a', source: 'MY_GITHUB' });
  expect(await find(environment)).toEqual({ token: 'b', source: file });
  await write('{}');
  for (const [name, token] of Object.entries(environment).slice(1, -1)) {
    expect(await find(environment)).toEqual({ token, source: name });
    delete environment[name];
  }
  expect(await refusal(find(environment))).toContain('GITHUB_TOKEN_MY_SHOP_2');
});

it('does not fall back when the place that was named has none', async () => {
  expect(await refusal(find({ GITHUB_TOKEN: SECRET }, 'MY_GITHUB'))).toContain('MY_GITHUB');
  expect(await refusal(find({ GITHUB_TOKEN: SECRET, MY_GITHUB: ' ' }, 'MY_GITHUB'))).toContain('MY_GITHUB');
});

it.each([0o640, 0o604, 0o620, 0o666])('refuses a file with the rights %o', async (mode) => {
  await write(JSON.stringify({ githubToken: SECRET }), mode);
  expect(await refusal(find({ GITHUB_TOKEN: 'weaker' }))).toContain('chmod 600');
});

it('refuses what is no file of ours, and says nothing of its content', async () => {
  await write(`{"githubToken": ${SECRET}}`);
  expect(await refusal(find({}))).toContain('is not of the form');
  await write(JSON.stringify({ githubToken: [SECRET] }));
  expect(await refusal(find({}))).toContain('is not of the form');
  await rm(join(checkout, CREDENTIAL_FILE));
  const elsewhere = join(checkout, 'elsewhere.json');
  await writeFile(elsewhere, JSON.stringify({ githubToken: SECRET }), { mode: 0o600 });
  await symlink(elsewhere, join(checkout, CREDENTIAL_FILE));
  expect(await refusal(find({}))).toContain('cannot be opened');
});
