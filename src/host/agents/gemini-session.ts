/** Where Gemini CLI keeps its conversations, and whether one of them can be resumed (0.61.0, measured). */
import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { SessionLaunch } from './claude-session.ts';

/** Directory of Gemini CLI's settings, login and conversations. */
export function geminiHome(env: Readonly<Record<string, string | undefined>>): string {
  return join(env['HOME'] || homedir(), '.gemini');
}

/**
 * Resumes a conversation that has a file with something in it: `tmp/<project>/chats/session-<time>-<first eight
 * characters of the id>.jsonl`.
 */
export async function geminiSessionLaunch(home: string, sessionId: string): Promise<SessionLaunch> {
  const projects = await readdir(join(home, 'tmp')).catch(() => []);
  for (const project of projects) {
    const folder = join(home, 'tmp', project, 'chats');
    const files = await readdir(folder).catch(() => []);
    const file = files.find((name) => name.endsWith(`-${sessionId.slice(0, 8)}.jsonl`));
    const found = file === undefined ? null : await stat(join(folder, file)).catch(() => null);
    if (found !== null && found.size > 0) return { id: sessionId, resume: true };
  }
  return { id: sessionId, resume: false };
}
