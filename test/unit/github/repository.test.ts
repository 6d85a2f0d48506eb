import { describe, expect, it } from 'vitest';
import { checkApiUrl, GITHUB_API, parseRepository, repositoryOfRemote } from '../../../src/host/github/repository.ts';

describe('the repository of a remote', () => {
  it.each([
    ['https://github.com/octo/app.git', GITHUB_API],
    ['https://someone:secret@github.com/octo/app', GITHUB_API],
    ['git@github.com:octo/app.git', GITHUB_API],
    ['ssh://git@github.com:22/octo/app.git', GITHUB_API],
    ['https://git.example.org/octo/app.git', 'https://git.example.org/api/v3'],
    ['git@acme.ghe.com:octo/app.git', 'https://api.acme.ghe.com'],
  ])('%s', (remote, apiUrl) => {
    expect(repositoryOfRemote(remote, apiUrl)).toEqual({ owner: 'octo', name: 'app' });
  });

  it.each(['https://gitlab.com/octo/app.git', '/srv/git/app.git', 'git@github.com.evil.org:octo/app', 'octo/app', ''])(
    'is none: %s',
    (remote) => {
      expect(repositoryOfRemote(remote, GITHUB_API)).toBeNull();
    },
  );

  it('is owner/name and nothing that could lead elsewhere', () => {
    expect(parseRepository('octo/app.js')).toEqual({ owner: 'octo', name: 'app.js' });
    for (const text of ['octo', 'octo/app/x', '../app', 'octo/..', 'octo/app?x', 'o cto/app']) {
      expect(parseRepository(text)).toBeNull();
    }
  });
});

describe('the address of the API', () => {
  it('is https, or on this machine', () => {
    expect(checkApiUrl('https://git.example.org/api/v3/')).toBe('https://git.example.org/api/v3');
    expect(checkApiUrl('http://127.0.0.1:8080')).toBe('http://127.0.0.1:8080');
  });

  it.each([
    'http://git.example.org',
    'ftp://127.0.0.1',
    'https://user:pass@github.com',
    'nothing',
    'http://127.0.0.1.evil.org',
  ])('is refused: %s', (text) => {
    expect(() => checkApiUrl(text)).toThrow(expect.objectContaining({ code: 'invalid_settings' }));
  });
});
