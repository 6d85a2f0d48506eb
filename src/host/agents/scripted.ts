/**
 * The adapter `scripted`: a small program of ours that speaks Claude's stream format and does what the fenced `script`
 * block of the requirement says. It drives demo and tests through the real parser and classification.
 */
import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AgentAdapter } from './adapter.ts';
import { claudeArguments } from './claude-command.ts';
import { claudeOutcome } from './claude-outcome.ts';
import { ClaudeParser } from './claude-parse.ts';
import type { SessionLaunch } from './claude-session.ts';

/** Path of the program. Plain JavaScript: stripping types would cost more than the rest of its start. */
export const SCRIPTED_AGENT_PATH = fileURLToPath(new URL('scripted-agent.mjs', import.meta.url));

/** Where the program remembers its sessions; the same rule as in the program itself. */
export function scriptedStateDir(env: Readonly<Record<string, string | undefined>>): string {
  return env['NIGHTLOOM_SCRIPTED_STATE'] || join(env['HOME'] || homedir(), '.nightloom-scripted');
}

/** Resumes a session that the program remembers, begins it otherwise. */
export async function scriptedSessionLaunch(stateDir: string, sessionId: string): Promise<SessionLaunch> {
  const found = await stat(join(stateDir, `${sessionId}.json`)).catch(() => null);
  return { id: sessionId, resume: found !== null && found.size > 0 };
}

/** Our own agent, for demo and tests. */
export const scripted: AgentAdapter = {
  name: 'scripted',
  resume: 'session',
  accountKey: () => 'scripted',
  command(request) {
    const { bin } = request.settings.agent;
    const program: readonly [string, ...string[]] = bin === null ? [process.execPath, SCRIPTED_AGENT_PATH] : [bin];
    return { argv: [...program, ...claudeArguments(request)], env: {}, stdin: request.prompt };
  },
  parser: (options) => new ClaudeParser(options),
  outcome: claudeOutcome,
  checks(settings) {
    const { bin } = settings.agent;
    return {
      version: bin === null ? [process.execPath, SCRIPTED_AGENT_PATH, '--version'] : [bin, '--version'],
      login: null,
      readLogin: () => ({ loggedIn: true, method: null }),
    };
  },
};
