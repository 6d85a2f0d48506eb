/** The pinned Claude Code. */
import { installPinned } from '../support/install-pinned.ts';

/** The version that the adapter's contract was measured on. */
export const CLAUDE_VERSION = '2.1.329';

/** Path of the program; installs it once. */
export async function installClaude(): Promise<string> {
  return await installPinned({
    name: '@anthropic-ai/claude-code',
    version: CLAUDE_VERSION,
    program: `@anthropic-ai/claude-code-${process.platform}-${process.arch}/claude`,
  });
}
