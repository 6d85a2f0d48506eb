/** All agents by name. */
import type { AgentName } from '../../contracts/vocabulary.ts';
import type { AgentAdapter } from './adapter.ts';
import { claudeConfigDir, claudeSessionLaunch } from './claude-session.ts';
import type { SessionLaunch } from './claude-session.ts';
import { claude } from './claude.ts';
import { codex } from './codex.ts';
import { codexHome, codexSessionLaunch } from './codex-session.ts';
import { command } from './command.ts';
import { gemini } from './gemini.ts';
import { geminiHome, geminiSessionLaunch } from './gemini-session.ts';
import { opencode, opencodeSessionLaunch } from './opencode.ts';
import { scripted, scriptedSessionLaunch, scriptedStateDir } from './scripted.ts';

const ADAPTERS: Readonly<Record<AgentName, AgentAdapter>> = { claude, codex, gemini, opencode, scripted, command };

/** The adapter of an agent. */
export function adapterFor(name: AgentName): AgentAdapter {
  return ADAPTERS[name];
}

/**
 * Whether the next run of a session must resume it or begin it: decided by what the agent has on disk, since a run may
 * have been killed before its session existed. The id can differ from the one asked for when that one is unusable, and is
 * null when the agent chooses it.
 *
 * @param env the environment that the run will get
 */
export async function sessionLaunch(
  name: AgentName,
  env: Readonly<Record<string, string | undefined>>,
  sessionId: string,
): Promise<SessionLaunch> {
  switch (name) {
    case 'claude':
      return claudeSessionLaunch(claudeConfigDir(env), sessionId);
    case 'codex':
      return codexSessionLaunch(codexHome(env), sessionId);
    case 'gemini':
      return geminiSessionLaunch(geminiHome(env), sessionId);
    case 'opencode':
      return opencodeSessionLaunch(sessionId);
    case 'scripted':
      return scriptedSessionLaunch(scriptedStateDir(env), sessionId);
    case 'command':
      return { id: sessionId, resume: false };
  }
}
