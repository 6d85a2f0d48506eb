import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/contracts/errors.ts';
import { settingsFromFlags } from '../../../src/cli/settings-flags.ts';
import type { SettingsFlags } from '../../../src/cli/settings-flags.ts';

const CWD = '/home/me/repo';

function mistakesOf(flags: SettingsFlags): unknown {
  try {
    settingsFromFlags(flags, CWD);
  } catch (error) {
    if (AppError.is(error, 'invalid_settings')) return error.details['mistakes'] ?? error.message;
    throw error;
  }
  return null;
}

describe('settingsFromFlags', () => {
  it('says nothing where no flag was given', () => {
    expect(settingsFromFlags({}, CWD)).toEqual({});
  });

  it('maps every flag', () => {
    const flags: SettingsFlags = {
      agent: 'claude',
      agentBin: './bin/claude',
      model: 'opus',
      permissionMode: 'acceptEdits',
      allow: ['Bash(npm test)', 'WebFetch'],
      timeout: '45m',
      verify: ['npm test', 'npm run lint'],
      inPlace: true,
    };
    expect(settingsFromFlags(flags, CWD)).toEqual({
      agent: {
        name: 'claude',
        bin: '/home/me/repo/bin/claude',
        model: 'opus',
        permissionMode: 'acceptEdits',
        allowedTools: ['Bash(npm test)', 'WebFetch'],
        timeout: '45m',
      },
      verify: ['npm test', 'npm run lint'],
      workspace: { mode: 'in-place' },
    });
  });

  it('takes --agent-command as a path, made absolute, or as a name on PATH', () => {
    expect(settingsFromFlags({ agentCommand: './my agent.sh' }, CWD).agent).toEqual({
      name: 'command',
      command: ['/home/me/repo/my agent.sh'],
    });
    expect(settingsFromFlags({ agentCommand: 'my-agent' }, CWD).agent?.command).toEqual(['my-agent']);
  });

  it('takes --agent-command as a JSON array; only its program is a path', () => {
    const { agent } = settingsFromFlags({ agentCommand: '["./a.sh", "--in", "./x"]' }, CWD);
    expect(agent?.command).toEqual(['/home/me/repo/a.sh', '--in', './x']);
  });

  it.each(['[]', '[1]', '["a"', '["a", null]'])('refuses %s as --agent-command', (agentCommand) => {
    expect(mistakesOf({ agentCommand })).toContain('is not a JSON array of strings');
  });

  it('names every mistake by its flag at once', () => {
    const mistakes = mistakesOf({ agent: 'gpt', timeout: 'soon', permissionMode: 'yolo' });
    expect(mistakes).toHaveLength(3);
    expect(String(mistakes)).toMatch(/--agent: .*--timeout: .*|--timeout: /);
    for (const flag of ['--agent:', '--timeout:', '--permission-mode:']) expect(String(mistakes)).toContain(flag);
  });

  it('refuses --agent-command together with another agent', () => {
    expect(String(mistakesOf({ agent: 'claude', agentCommand: 'x' }))).toContain('means the agent "command"');
  });
});
