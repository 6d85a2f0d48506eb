/** From flags to settings for one batch. */
import { resolve } from 'node:path';
import { AppError } from '../contracts/errors.ts';
import { SettingsOverridesSchema } from '../contracts/settings.ts';
import type { SettingsOverrides } from '../contracts/settings.ts';

/** The flags as parsed. */
export interface SettingsFlags {
  readonly agent?: string;
  readonly agentBin?: string;
  readonly agentCommand?: string;
  readonly model?: string;
  readonly permissionMode?: string;
  readonly allow?: readonly string[];
  readonly timeout?: string;
  readonly verify?: readonly string[];
  readonly inPlace?: boolean;
}

/**
 * The settings that the flags say; paths become absolute against `cwd`, because the stack runs elsewhere.
 * @throws AppError invalid_settings with every mistake
 */
export function settingsFromFlags(flags: SettingsFlags, cwd: string): SettingsOverrides {
  const agent = withoutAbsent({
    name: flags.agentCommand === undefined ? flags.agent : 'command',
    bin: flags.agentBin === undefined ? undefined : programPath(flags.agentBin, cwd),
    command: flags.agentCommand === undefined ? undefined : agentCommand(flags.agentCommand, cwd),
    model: flags.model,
    permissionMode: flags.permissionMode,
    allowedTools: flags.allow,
    timeout: flags.timeout,
  });
  const settings = withoutAbsent({
    agent: Object.keys(agent).length === 0 ? undefined : agent,
    verify: flags.verify,
    workspace: flags.inPlace === true ? { mode: 'in-place' } : undefined,
  });
  const conflict = flags.agentCommand !== undefined && flags.agent !== undefined && flags.agent !== 'command';
  const parsed = SettingsOverridesSchema.safeParse(settings);
  const mistakes = [
    ...(conflict ? [`--agent ${flags.agent}: --agent-command means the agent "command"`] : []),
    ...(parsed.success ? [] : parsed.error.issues.map((issue) => `${flagOf(issue.path)}: ${issue.message}`)),
  ];
  if (parsed.success && mistakes.length === 0) return parsed.data;
  throw new AppError('invalid_settings', 'The flags have mistakes:', {
    details: { mistakes, next: 'Correct them; see `nightloom run --help`.' },
  });
}

/** argv of the agent "command": a JSON array, or the path of one program. */
function agentCommand(text: string, cwd: string): string[] {
  if (!text.trimStart().startsWith('[')) return [programPath(text, cwd)];
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw notAnArray(text, cause);
  }
  if (!Array.isArray(parsed) || parsed.length === 0) throw notAnArray(text);
  const argv = parsed.filter((part) => typeof part === 'string');
  if (argv.length !== parsed.length) throw notAnArray(text);
  const [program = '', ...rest] = argv;
  return [programPath(program, cwd), ...rest];
}

function notAnArray(text: string, cause?: unknown): AppError {
  const example = '["my-agent", "--quiet"]';
  return new AppError('invalid_settings', `--agent-command ${text} is not a JSON array of strings like ${example}.`, {
    cause,
    details: { next: 'Correct it; see `nightloom run --help`.' },
  });
}

/** A name without a slash is looked up on PATH where the agent runs. */
function programPath(text: string, cwd: string): string {
  return text.includes('/') ? resolve(cwd, text) : text;
}

const FLAGS: Readonly<Record<string, string>> = {
  'agent.name': '--agent',
  'agent.bin': '--agent-bin',
  'agent.command': '--agent-command',
  'agent.model': '--model',
  'agent.permissionMode': '--permission-mode',
  'agent.allowedTools': '--allow',
  'agent.timeout': '--timeout',
  verify: '--verify',
  'workspace.mode': '--in-place',
};

function flagOf(path: readonly PropertyKey[]): string {
  const key = path.filter((part) => typeof part === 'string').join('.');
  return FLAGS[key] ?? key;
}

function withoutAbsent(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
