/** From what files and flags say to settings with every default, in program units. */
import { parseDuration } from '../../contracts/settings.ts';
import type { CommandSetting, Settings, SettingsFile, SettingsOverrides } from '../../contracts/settings.ts';

/** Built-in values, in the form of a settings file. What has no default is off or unbounded. */
export const BUILT_IN = {
  agent: {
    name: 'claude',
    fallback: [],
    permissionMode: 'acceptEdits',
    allowedTools: [],
    maxContinuations: 2,
    timeout: '2h',
    stallTimeout: '20m',
  },
  attempts: 2,
  onFailure: 'continue',
  verify: [],
  setup: [],
  workspace: { mode: 'worktree', copy: [] },
  git: { commit: true, message: 'Auto-commit: {requirementName}', keepAgentCommits: false, hooks: true },
  delivery: { mode: 'branch' },
  limits: { onUsageLimit: 'wait', maxFixes: 2 },
  env: {},
  requirements: { allowNoChange: false },
} as const satisfies SettingsOverrides;

/** Time-out of a verification or set-up command that names none. */
export const COMMAND_TIMEOUT_MS = 600_000;

/** Settings of `said` over the built-in values. */
export function toSettings(said: SettingsOverrides): Settings {
  const { agent = {}, workspace = {}, git = {}, delivery = {}, limits = {}, requirements = {} } = said;
  const commit = git.commit ?? BUILT_IN.git.commit;
  return {
    agent: {
      name: agent.name ?? BUILT_IN.agent.name,
      fallback: agent.fallback ?? BUILT_IN.agent.fallback,
      bin: agent.bin ?? null,
      command: agent.command ?? null,
      model: agent.model ?? null,
      maxTurns: agent.maxTurns ?? null,
      maxContinuations: agent.maxContinuations ?? BUILT_IN.agent.maxContinuations,
      maxBudgetUsd: agent.maxBudgetUsd ?? null,
      permissionMode: agent.permissionMode ?? BUILT_IN.agent.permissionMode,
      allowedTools: agent.allowedTools ?? BUILT_IN.agent.allowedTools,
      timeoutMs: durationMs(agent.timeout ?? BUILT_IN.agent.timeout),
      stallTimeoutMs: durationMs(agent.stallTimeout ?? BUILT_IN.agent.stallTimeout),
    },
    attempts: said.attempts ?? BUILT_IN.attempts,
    onFailure: said.onFailure ?? BUILT_IN.onFailure,
    verify: (said.verify ?? []).map(commandSetting),
    setup: (said.setup ?? []).map(commandSetting),
    workspace: {
      // Without commits there is nothing to deliver from a worktree: the change is wanted in the checkout.
      mode: commit ? (workspace.mode ?? BUILT_IN.workspace.mode) : 'in-place',
      copy: workspace.copy ?? BUILT_IN.workspace.copy,
    },
    git: {
      commit,
      message: git.message ?? BUILT_IN.git.message,
      keepAgentCommits: git.keepAgentCommits ?? BUILT_IN.git.keepAgentCommits,
      hooks: git.hooks ?? BUILT_IN.git.hooks,
    },
    delivery: { mode: delivery.mode ?? BUILT_IN.delivery.mode },
    limits: {
      onUsageLimit: limits.onUsageLimit ?? BUILT_IN.limits.onUsageLimit,
      maxWaitMs: limits.maxWait === undefined ? null : durationMs(limits.maxWait),
      maxFixes: limits.maxFixes ?? BUILT_IN.limits.maxFixes,
    },
    env: said.env ?? BUILT_IN.env,
    prompt: said.prompt ?? null,
    requirements: { allowNoChange: requirements.allowNoChange ?? BUILT_IN.requirements.allowNoChange },
  };
}

function commandSetting(entry: NonNullable<SettingsFile['verify']>[number]): CommandSetting {
  if (typeof entry === 'string') return { command: entry, timeoutMs: COMMAND_TIMEOUT_MS };
  const { command, timeout } = entry;
  return { command, timeoutMs: timeout === undefined ? COMMAND_TIMEOUT_MS : durationMs(timeout) };
}

function durationMs(text: string): number {
  const value = parseDuration(text);
  if (value === null) throw new TypeError(`Not a duration: ${JSON.stringify(text)}`);
  return value;
}
