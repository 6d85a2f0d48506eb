/** Who is let in. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from 'node:net';
import { once } from 'node:events';
import { problemOf, startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

describe('security', () => {
  it('needs no token for health and the OpenAPI document only', async () => {
    const none = { authorization: '' };
    expect(await stack.send('GET', '/api/health', undefined, none)).toMatchObject({
      status: 200,
      body: { status: 'ok', version: '1.2.3' },
    });
    expect((await stack.send('GET', '/openapi.json', undefined, none)).status).toBe(200);
  });

  it.each([
    ['none', ''],
    ['a wrong one', 'Bearer secret-token-of-the-test'],
    ['a longer one', 'Bearer secret-token-of-the-tests1'],
    ['another scheme', 'Basic secret-token-of-the-tests'],
  ])('refuses %s as token', async (_, authorization) => {
    for (const url of ['/api/status', '/%61pi/status', '/api/events', '/api/nothing', '/api/tasks/x/log/follow']) {
      const answer = await stack.send('GET', url, undefined, { authorization });
      expect(answer.status).toBe(401);
      expect(problemOf(answer).code).toBe('unauthorized');
      expect(answer.headers['www-authenticate']).toBe('Bearer');
    }
  });

  it('refuses foreign Host headers on every address, before anything else', async () => {
    const hosts = ['evil.example', 'localhost.evil.example', '127.0.0.1.nip.io:80', 'localhost:1@evil.example'];
    for (const host of hosts) {
      for (const url of ['/api/health', '/api/batches', '/openapi.json', '/nothing', '/api/events', '/%zz']) {
        const answer = await stack.send('GET', url, undefined, { host, authorization: '' });
        expect([host, url, answer.status]).toEqual([host, url, 421]);
        expect(problemOf(answer).code).toBe('host_not_allowed');
      }
    }
    expect((await stack.send('GET', '/api/health', undefined, { host: 'LOCALHOST:4600' })).status).toBe(200);
  });

  it('refuses changes that come from other sites or are not JSON', async () => {
    const body = { path: '/x' };
    const foreign = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: 'file://localhost' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ];
    for (const headers of foreign) {
      const answer = await stack.send('POST', '/api/projects', body, { ...headers });
      expect(answer.status).toBe(403);
      expect(problemOf(answer).code).toBe('origin_not_allowed');
    }
    const own = { origin: 'http://localhost:4600', 'sec-fetch-site': 'same-origin' };
    expect((await stack.send('POST', '/api/projects', body, own)).body).toMatchObject({ code: 'not_a_repository' });
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      'application/jsonx',
    ]) {
      const answer = await stack.send('POST', '/api/projects', body, { 'content-type': type });
      expect(answer.status).toBe(400);
      expect(problemOf(answer).code).toBe('invalid_input');
    }
  });

  it('allows no other origin to read, and sets a strict policy', async () => {
    const { headers } = await stack.send('GET', '/api/health', undefined, { origin: 'https://evil.example' });
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect(headers['content-security-policy']).toContain("default-src 'self'");
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['content-security-policy']).not.toContain('unsafe');
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
    const preflight = await stack.app.inject({
      method: 'OPTIONS',
      url: '/api/projects',
      headers: { host: 'localhost', origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    });
    expect(preflight.statusCode).toBeGreaterThanOrEqual(400);
  });

  it('bounds bodies', async () => {
    const answer = await stack.send('POST', '/api/projects', { path: 'x'.repeat(1_100_000) });
    expect(answer.status).toBe(413);
    expect(problemOf(answer).code).toBe('invalid_input');
  });

  it('answers a request without a Host header over a real connection', async () => {
    const { port, hostname } = new URL(await stack.listen());
    const socket = connect(Number(port), hostname);
    socket.write('GET /api/health HTTP/1.0\r\n\r\n');
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    await once(socket, 'end');
    expect(text).toMatch(/^HTTP\/1\.1 421 /);
  });
});
