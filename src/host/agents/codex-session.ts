/** Where Codex keeps login and conversations, and whether one of them can be resumed (0.171.0, measured). */
import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { SessionLaunch } from './claude-session.ts';

/** Directory of Codex's configuration, login and conversations, as `env` decides it. */
export function codexHome(env: Readonly<Record<string, string | undefined>>): string {
  return env['CODEX_HOME'] || join(env['HOME'] || homedir(), '.codex');
}

/**
 * Resumes a conversation whose file is there: `sessions/<year>/<month>/<day>/rollout-<time>-<id>.jsonl`. Codex chooses
 * the ids itself, so a new conversation has none until its first event.
 */
export async function codexSessionLaunch(home: string, sessionId: string): Promise<SessionLaunch> {
  const files = await readdir(join(home, 'sessions'), { recursive: true }).catch(() => []);
  const isThere = files.some((file) => file.endsWith(`-${sessionId}.jsonl`));
  return isThere ? { id: sessionId, resume: true } : { id: null, resume: false };
}
