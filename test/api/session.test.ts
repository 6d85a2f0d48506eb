/** Browsers: how they log in, and what a foreign page cannot do with their cookie. */
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installDashboard } from '../../src/api/plugins/static.ts';
import { installProblems } from '../../src/api/plugins/problem.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { silentLogger } from '../../src/platform/logger.ts';
import { startStack, TOKEN } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

const PAGE = { 'x-requested-with': 'nightloom', 'sec-fetch-site': 'same-origin' } as const;
let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

async function ask(method: 'GET' | 'POST' | 'DELETE', url: string, body: object, headers: Record<string, string>) {
  const hasBody = method === 'POST';
  return await stack.app.inject({
    method,
    url,
    headers: { host: 'localhost', ...(hasBody ? { 'content-type': 'application/json' } : {}), ...headers },
    ...(hasBody ? { payload: JSON.stringify(body) } : {}),
  });
}

async function mint(): Promise<string> {
  const answer = await stack.send('POST', '/api/session/codes', {});
  expect(answer.status).toBe(201);
  return Object(answer.body).code;
}

async function login(body: object): Promise<string> {
  const answer = await ask('POST', '/api/session', body, PAGE);
  expect(answer.statusCode).toBe(201);
  const cookie = String(answer.headers['set-cookie']);
  expect(cookie).toMatch(/; Path=\/api; Expires=[^;]+; HttpOnly; SameSite=Strict$/);
  expect(answer.body).not.toContain(cookie.split(/[=;]/)[1]);
  return cookie.split(';', 1)[0] ?? '';
}

describe('sessions', () => {
  it('are opened by a code, once', async () => {
    const code = await mint();
    const cookie = await login({ code });
    expect((await ask('GET', '/api/status', {}, { ...PAGE, cookie })).statusCode).toBe(200);
    const again = await ask('POST', '/api/session', { code }, PAGE);
    expect(again.statusCode).toBe(401);
    expect(again.headers['set-cookie']).toBeUndefined();
  });

  it('are opened by the token, and by nothing else', async () => {
    await login({ token: TOKEN });
    for (const body of [{}, { token: 'wrong' }, { code: '' }, { code: 'wrong' }, { token: '' }]) {
      expect((await ask('POST', '/api/session', body, PAGE)).statusCode).toBe(401);
    }
  });

  it('change something only for our own pages: header and site', async () => {
    const cookie = await login({ token: TOKEN });
    const body = { dryRun: true };
    expect((await ask('POST', '/api/prune', body, { ...PAGE, cookie })).statusCode).toBe(200);
    const foreign: Record<string, string>[] = [
      { cookie },
      { cookie, 'x-requested-with': 'XMLHttpRequest' },
      { ...PAGE, cookie, 'sec-fetch-site': 'same-site' },
      { ...PAGE, cookie, 'sec-fetch-site': 'cross-site' },
      { ...PAGE, cookie, origin: 'http://localhost.evil.example' },
    ];
    for (const headers of foreign) {
      const answer = await ask('POST', '/api/prune', body, headers);
      expect([headers, answer.statusCode]).toEqual([headers, 403]);
    }
    // Another port of this machine is the same site: its pages send the cookie along.
    expect((await ask('GET', '/api/status', {}, { cookie, 'sec-fetch-site': 'same-site' })).statusCode).toBe(403);
  });

  it('cannot mint codes, and bearers need no header', async () => {
    const cookie = await login({ token: TOKEN });
    expect((await ask('POST', '/api/session/codes', {}, { ...PAGE, cookie })).statusCode).toBe(401);
    expect((await ask('POST', '/api/session/codes', {}, {})).statusCode).toBe(401);
    expect((await stack.send('POST', '/api/prune', { dryRun: true })).status).toBe(200);
  });

  it('end with the logout', async () => {
    const cookie = await login({ token: TOKEN });
    const out = await ask('DELETE', '/api/session', {}, { ...PAGE, cookie });
    expect(out.statusCode).toBe(200);
    expect(String(out.headers['set-cookie'])).toMatch(/=; Max-Age=0/);
    expect((await ask('GET', '/api/status', {}, { ...PAGE, cookie })).statusCode).toBe(401);
  });

  it('a made-up cookie opens nothing', async () => {
    const name = (await login({ token: TOKEN })).split('=', 1)[0] ?? '';
    for (const value of ['', 'x', TOKEN]) {
      const answer = await ask('GET', '/api/status', {}, { ...PAGE, cookie: `${name}=${value}` });
      expect(answer.statusCode).toBe(401);
    }
  });
});

describe('the dashboard as files', () => {
  it('serves the page for its places, hashed files for ever, and nothing of the API', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'nightloom-dashboard-'));
    const app = Fastify();
    installProblems(app, { logger: silentLogger, clock: systemClock }, await installDashboard(app, directory));
    const get = (url: string, accept = 'text/html') => app.inject({ method: 'GET', url, headers: { accept } });
    expect((await get('/')).statusCode).toBe(503);
    await mkdir(join(directory, 'assets'));
    await writeFile(join(directory, 'index.html'), '<title>Nightloom</title>');
    await writeFile(join(directory, 'assets/index-abc.js'), 'export {};');
    for (const url of ['/', '/batches/b_1', '/report?since=1', '/apis']) {
      const answer = await get(url);
      expect([url, answer.statusCode, answer.body]).toEqual([url, 200, '<title>Nightloom</title>']);
      expect(answer.headers).toMatchObject({
        'cache-control': 'no-cache',
        'content-type': expect.stringMatching(/^text\/html/),
      });
    }
    const asset = await get('/assets/index-abc.js', '*/*');
    expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    for (const url of ['/api', '/api/nothing', '/assets/none.js', '/x.js']) {
      expect([url, (await get(url)).statusCode]).toEqual([url, 404]);
    }
    expect((await get('/assets/..%2f..%2fetc/passwd')).statusCode).toBe(403);
    expect((await get('/', 'application/json')).statusCode).toBe(404);
    await app.close();
    await rm(directory, { recursive: true });
  });
});
