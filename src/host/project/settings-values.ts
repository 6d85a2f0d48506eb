/** From what files and flags say to settings with every default, in program units. */
import { parseDuration } from '../../contracts/duration.ts';
import { parseBytes } from '../../contracts/settings.ts';
import type {
  CommandSetting,
  FallbackSetting,
  Settings,
  SettingsFile,
  SettingsOverrides,
} from '../../contracts/settings.ts';

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
  limits: { onUsageLimit: 'wait', extraUsage: 'wait', maxFixes: 2 },
  env: {},
  handlers: [],
  github: {
    apiUrl: 'https://api.github.com',
    intake: false,
    pollInterval: '5m',
    triggerLabels: ['nightloom'],
    priorities: [],
    skipLabels: ['skip:nightloom'],
    commentTrigger: '/nightloom',
    anyone: false,
    pullRequest: true,
    workingLabel: 'nightloom:working',
    doneLabel: 'nightloom:done',
    failedLabel: 'nightloom:failed',
  },
  logs: { copy: false },
  screenshot: { timeout: '1m' },
  requirements: { allowNoChange: false },
} as const satisfies SettingsOverrides;

/** Time-out of a verification or set-up command that names none. */
const COMMAND_TIMEOUT_MS = 600_000;

/** Settings of `said` over the built-in values. */
export function toSettings(said: SettingsOverrides): Settings {
  const git = gitSettings(said.git ?? {});
  return {
    agent: agentSettings(said.agent ?? {}),
    attempts: said.attempts ?? BUILT_IN.attempts,
    onFailure: said.onFailure ?? BUILT_IN.onFailure,
    verify: (said.verify ?? []).map(commandSetting),
    setup: (said.setup ?? []).map(commandSetting),
    workspace: workspaceSettings(said.workspace ?? {}, git),
    git,
    delivery: { mode: said.delivery?.mode ?? BUILT_IN.delivery.mode },
    limits: limitSettings(said.limits ?? {}),
    env: said.env ?? BUILT_IN.env,
    prompt: said.prompt ?? null,
    resources: resourceSettings(said.resources ?? {}),
    logs: { copy: said.logs?.copy ?? BUILT_IN.logs.copy },
    screenshot: screenshotSettings(said.screenshot ?? {}),
    handlers: said.handlers ?? BUILT_IN.handlers,
    github: githubSettings(said.github),
    requirements: { allowNoChange: said.requirements?.allowNoChange ?? BUILT_IN.requirements.allowNoChange },
  };
}

function agentSettings(said: NonNullable<SettingsOverrides['agent']>): Settings['agent'] {
  const defaults = BUILT_IN.agent;
  return {
    name: said.name ?? defaults.name,
    fallback: (said.fallback ?? defaults.fallback).map(fallbackSetting),
    bin: said.bin ?? null,
    command: said.command ?? null,
    model: said.model ?? null,
    maxTurns: said.maxTurns ?? null,
    maxContinuations: said.maxContinuations ?? defaults.maxContinuations,
    maxBudgetUsd: said.maxBudgetUsd ?? null,
    permissionMode: said.permissionMode ?? defaults.permissionMode,
    allowedTools: said.allowedTools ?? defaults.allowedTools,
    timeoutMs: durationMs(said.timeout ?? defaults.timeout),
    stallTimeoutMs: durationMs(said.stallTimeout ?? defaults.stallTimeout),
  };
}

function fallbackSetting(
  entry: NonNullable<NonNullable<SettingsOverrides['agent']>['fallback']>[number],
): FallbackSetting {
  const said = typeof entry === 'string' ? { name: entry } : entry;
  return { name: said.name, bin: said.bin ?? null, command: said.command ?? null, model: said.model ?? null };
}

function gitSettings(said: NonNullable<SettingsOverrides['git']>): Settings['git'] {
  return {
    commit: said.commit ?? BUILT_IN.git.commit,
    message: said.message ?? BUILT_IN.git.message,
    keepAgentCommits: said.keepAgentCommits ?? BUILT_IN.git.keepAgentCommits,
    hooks: said.hooks ?? BUILT_IN.git.hooks,
  };
}

function workspaceSettings(
  said: NonNullable<SettingsOverrides['workspace']>,
  git: Settings['git'],
): Settings['workspace'] {
  return {
    // Without commits there is nothing to deliver from a worktree: the change is wanted in the checkout.
    mode: git.commit ? (said.mode ?? BUILT_IN.workspace.mode) : 'in-place',
    copy: said.copy ?? BUILT_IN.workspace.copy,
  };
}

function resourceSettings(said: NonNullable<SettingsOverrides['resources']>): Settings['resources'] {
  return { nice: said.nice ?? null, memoryBytes: said.memory === undefined ? null : parseBytes(said.memory) };
}

function limitSettings(said: NonNullable<SettingsOverrides['limits']>): Settings['limits'] {
  return {
    onUsageLimit: said.onUsageLimit ?? BUILT_IN.limits.onUsageLimit,
    extraUsage: said.extraUsage ?? BUILT_IN.limits.extraUsage,
    maxWaitMs: said.maxWait === undefined ? null : durationMs(said.maxWait),
    maxFixes: said.maxFixes ?? BUILT_IN.limits.maxFixes,
  };
}

function githubSettings(said: NonNullable<SettingsOverrides['github']> = {}): Settings['github'] {
  const defaults = BUILT_IN.github;
  return {
    repository: said.repository ?? null,
    apiUrl: said.apiUrl ?? defaults.apiUrl,
    tokenVariable: said.tokenVariable ?? null,
    intake: said.intake ?? defaults.intake,
    pollIntervalMs: durationMs(said.pollInterval ?? defaults.pollInterval),
    triggerLabels: said.triggerLabels ?? defaults.triggerLabels,
    priorities: said.priorities ?? defaults.priorities,
    skipLabels: said.skipLabels ?? defaults.skipLabels,
    commentTrigger: said.commentTrigger ?? defaults.commentTrigger,
    anyone: said.anyone ?? defaults.anyone,
    pullRequest: said.pullRequest ?? defaults.pullRequest,
    workingLabel: said.workingLabel ?? defaults.workingLabel,
    doneLabel: said.doneLabel ?? defaults.doneLabel,
    failedLabel: said.failedLabel ?? defaults.failedLabel,
  };
}

function screenshotSettings(said: NonNullable<SettingsOverrides['screenshot']>): Settings['screenshot'] {
  return {
    command: said.command ?? null,
    url: said.url ?? null,
    browser: said.browser ?? null,
    timeoutMs: durationMs(said.timeout ?? BUILT_IN.screenshot.timeout),
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
