/** What a project file makes us execute, in words: whoever trusts the file has to see it. */
import type { SettingOrigin } from '../../contracts/settings.ts';

const EXECUTED = [
  'verify',
  'setup',
  'handlers',
  'screenshot.command',
  'screenshot.browser',
  'agent.bin',
  'agent.command',
  'agent.fallback',
];

/** `verify: npm test` for every command that the project file itself gives. */
export function trustedCommands(origins: readonly SettingOrigin[]): string[] {
  return origins.flatMap(({ key, value, source }) => {
    if (source !== 'project' || !EXECUTED.includes(key)) return [];
    const isArgv = key === 'agent.command' && Array.isArray(value);
    const commands = isArgv ? [value.join(' ')] : commandsOf(key === 'agent.fallback' ? programsOf(value) : value);
    return commands.map((each) => `${key}: ${each}`);
  });
}

/** An agent that is only named is one that we know. */
function programsOf(value: unknown): unknown {
  return Array.isArray(value) ? value.filter((entry) => typeof entry !== 'string') : [];
}

function commandsOf(value: unknown): string[] {
  if (!Array.isArray(value)) return typeof value === 'string' ? [value] : [];
  return value.flatMap(commandsOfEntry);
}

/** A command, or an object with one; of an agent that may stand in, its program or its argv. */
function commandsOfEntry(entry: unknown): string[] {
  if (typeof entry === 'string') return [entry];
  const { command, bin }: { command?: unknown; bin?: unknown } = Object(entry);
  const argv = Array.isArray(command) ? command.join(' ') : command;
  return [argv, bin].filter((each) => typeof each === 'string');
}
