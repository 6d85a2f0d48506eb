import { expect, it } from 'vitest';
import { repairParts } from '../../../web/src/model/repair.ts';

it('a command to copy is told from words', () => {
  expect(repairParts('nightloom prune')).toEqual({ command: 'nightloom prune', words: null });
  expect(repairParts('codex login; or set CODEX_API_KEY where the stack is started')).toEqual({
    command: 'codex login',
    words: 'Or set CODEX_API_KEY where the stack is started.',
  });
  expect(repairParts('--verify "<command>"')).toEqual({ command: null, words: '--verify "<command>"' });
  expect(repairParts('Install git (2.30 or newer).')).toEqual({ command: null, words: 'Install git (2.30 or newer).' });
  const twoSteps = 'claude, then /login; or set ANTHROPIC_API_KEY where the stack is started';
  expect(repairParts(twoSteps)).toEqual({ command: null, words: twoSteps });
});
