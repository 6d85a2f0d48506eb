/** What a person does to make an agent usable. */
import type { AgentName } from '../../contracts/vocabulary.ts';

/** How to get an agent's program. */
export const INSTALL: Readonly<Record<AgentName, string>> = {
  claude: 'npm install -g @anthropic-ai/claude-code',
  codex: 'npm install -g @openai/codex',
  gemini: 'npm install -g @google/gemini-cli',
  opencode: 'npm install -g opencode-ai',
  scripted: 'Correct agent.bin or --agent-bin.',
  command: 'Correct agent.command.',
};

/** How to log in to an agent; null: it needs no login, or that depends on the model. */
export const LOG_IN: Readonly<Record<AgentName, string | null>> = {
  claude: 'claude, then /login; or set CLAUDE_CODE_OAUTH_TOKEN or ANTHROPIC_API_KEY where the stack is started',
  codex: 'codex login; or set CODEX_API_KEY where the stack is started',
  gemini: 'gemini, then choose a login; or set GEMINI_API_KEY where the stack is started',
  opencode: 'opencode auth login',
  scripted: null,
  command: null,
};
