/** What somebody who trusts a project file is shown: what it makes us execute, and nothing else. */
import { expect, it } from 'vitest';
import { trustedCommands } from '../../src/api/views/trusted-commands.ts';

it('lists commands and programs of the project file, and no agent that is only named', () => {
  const fallback = [
    'codex',
    { name: 'gemini', bin: './tools/gemini' },
    { name: 'command', command: ['sh', 'work.sh'] },
  ];
  const origins = [
    { key: 'verify', value: ['npm test', { command: 'npm run lint' }], source: 'project' as const, file: null },
    { key: 'agent.fallback', value: fallback, source: 'project' as const, file: null },
    { key: 'agent.command', value: ['sh', '-c', 'true'], source: 'project' as const, file: null },
    { key: 'setup', value: ['npm ci'], source: 'user' as const, file: null },
  ];
  expect(trustedCommands(origins)).toEqual([
    'verify: npm test',
    'verify: npm run lint',
    'agent.fallback: ./tools/gemini',
    'agent.fallback: sh work.sh',
    'agent.command: sh -c true',
  ]);
});
