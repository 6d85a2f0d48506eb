/** What a project file makes us execute, in words: whoever trusts the file has to see it. */
import type { SettingOrigin } from '../../contracts/settings.ts';

const EXECUTED = ['verify', 'setup', 'handlers', 'agent.bin', 'agent.command'];

/** `verify: npm test` for every command that the project file itself gives. */
export function trustedCommands(origins: readonly SettingOrigin[]): string[] {
  return origins.flatMap(({ key, value, source }) => {
    if (source !== 'project' || !EXECUTED.includes(key)) return [];
    const isArgv = key === 'agent.command' && Array.isArray(value);
    const commands = isArgv ? [value.join(' ')] : commandsOf(value);
    return commands.map((each) => `${key}: ${each}`);
  });
}

function commandsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry: unknown) => {
    if (typeof entry === 'string') return [entry];
    if (typeof entry !== 'object' || entry === null || !('command' in entry)) return [];
    return typeof entry.command === 'string' ? [entry.command] : [];
  });
}
