/** Whether a conversation of Claude Code can be resumed: only what its transcript on disk says counts. */
import { randomUUID } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** How to start a run of a session. */
export interface SessionLaunch {
  /** null: the agent chooses the id of a new conversation. */
  readonly id: string | null;
  /** True: continue the conversation; false: begin one, with this id if there is one. */
  readonly resume: boolean;
}

/** Directory where Claude Code keeps login and transcripts, as `env` decides it. */
export function claudeConfigDir(env: Readonly<Record<string, string | undefined>>): string {
  return env['CLAUDE_CONFIG_DIR'] || join(env['HOME'] || homedir(), '.claude');
}

/**
 * The launch rule: a transcript that is there and not empty is resumed, none means that the session never began. An
 * empty transcript can be neither resumed nor begun again, so a fresh id is taken. The transcript may lie in the folder
 * of another working directory and is resumed from there too.
 */
export async function claudeSessionLaunch(configDir: string, sessionId: string): Promise<SessionLaunch> {
  const sizes = await transcriptSizes(configDir, sessionId);
  if (sizes.some((bytes) => bytes > 0)) return { id: sessionId, resume: true };
  return { id: sizes.length === 0 ? sessionId : randomUUID(), resume: false };
}

async function transcriptSizes(configDir: string, sessionId: string): Promise<number[]> {
  const projects = join(configDir, 'projects');
  const folders = await readdir(projects).catch(() => []);
  const sizes = await Promise.all(
    folders.map(async (folder) => {
      const found = await stat(join(projects, folder, `${sessionId}.jsonl`)).catch(() => null);
      return found?.isFile() === true ? found.size : null;
    }),
  );
  return sizes.filter((size) => size !== null);
}
