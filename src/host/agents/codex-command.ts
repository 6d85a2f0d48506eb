/** The command line of Codex, as measured on version 0.171.0. */
import type { PermissionMode } from '../../contracts/vocabulary.ts';
import { assertNever } from '../../contracts/vocabulary.ts';
import type { AgentCommand, AgentRequest } from './adapter.ts';

/** Command of one run of Codex; the prompt is on stdin, which `-` asks for. */
export function codexCommand(request: AgentRequest): AgentCommand {
  const { agent } = request.settings;
  const { id, resume } = request.session;
  const resumed = resume && id !== null ? ['resume', id] : [];
  return {
    argv: [
      agent.bin ?? 'codex',
      'exec',
      ...resumed,
      '--json',
      // A checkout whose .git is a file, as in a worktree, counts as a repository only in some versions.
      '--skip-git-repo-check',
      // Without it Codex waits for the network for ever; the workflow waits better than a process.
      '-c',
      'features.unbounded_connection_retries=false',
      ...sandboxArguments(agent.permissionMode),
      ...(agent.model === null ? [] : ['--model', agent.model]),
      '-',
    ],
    env: {},
    stdin: request.prompt,
  };
}

/** As `-c`, because `exec resume` has no option for the sandbox and would fall back to read-only. */
function sandboxArguments(mode: PermissionMode): string[] {
  switch (mode) {
    case 'plan':
      return ['-c', 'sandbox_mode="read-only"'];
    case 'acceptEdits':
    case 'auto':
    case 'dontAsk':
      return ['-c', 'sandbox_mode="workspace-write"'];
    case 'bypassPermissions':
      return ['--dangerously-bypass-approvals-and-sandbox'];
    default:
      return assertNever(mode);
  }
}
