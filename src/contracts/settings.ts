/**
 * Settings: one schema for the user file, the project file, the dashboard and the flags. Weakest first: built-in, user
 * (`$NIGHTLOOM_HOME/config.json`), project (`nightloom.config.json|yaml|yml`), dashboard (SQL), flags.
 */
import { z } from 'zod';
import { duration } from './duration.ts';
import { GithubSettingsSchema } from './github-settings.ts';
import type { GithubSettings } from './github-settings.ts';
import {
  AGENTS,
  DELIVERY_MODES,
  KEEP_AWAKE,
  ON_FAILURE,
  EXTRA_USAGE,
  ON_USAGE_LIMIT,
  PERMISSION_MODES,
  WORKSPACE_MODES,
} from './vocabulary.ts';

const BYTES = /^(\d{1,6})([kmg])$/;
const UNIT_BYTES = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 } as const;

/** Bytes of `512m`, `4g`, `900k`; null if the text is none of these. */
export function parseBytes(text: string): number | null {
  const match = BYTES.exec(text.trim().toLowerCase());
  return match === null ? null : Number(match[1]) * UNIT_BYTES[match[2] as keyof typeof UNIT_BYTES];
}

const command = z.string().trim().min(1).max(4000);

const verifyEntry = z.union([
  command,
  z.strictObject({
    command: command.describe('Shell command, run with sh -c in the workspace'),
    timeout: duration.optional().describe('Its own time-out; default 10m'),
  }),
]);

const fallbackEntry = z.union([
  z.enum(AGENTS),
  z.strictObject({
    name: z.enum(AGENTS).describe('Which agent'),
    bin: z.string().min(1).optional().describe('Path of its program; default: found on PATH'),
    command: z.array(z.string()).min(1).max(100).optional().describe('argv of the agent "command"'),
    model: z.string().min(1).max(200).optional().describe('Model name as this agent knows it'),
  }),
]);

/** What a settings file may say; every key optional, unknown keys are mistakes. */
export const SettingsFileSchema = z
  .strictObject({
    $schema: z.string().optional(),
    agent: z
      .strictObject({
        name: z.enum(AGENTS).describe('Which agent works; default claude'),
        fallback: z.array(fallbackEntry).max(5).describe('Agents that go on when the ones before are limited or down'),
        bin: z.string().min(1).describe('Path of the agent program; default: found on PATH'),
        command: z
          .array(z.string())
          .min(1)
          .max(100)
          .describe('argv of the agent "command"; the prompt is on its stdin'),
        model: z.string().min(1).max(200).describe('Model name as the agent knows it'),
        maxTurns: z.int().min(1).max(10_000).describe('Rounds with the model per run'),
        maxContinuations: z.int().min(0).max(20).describe('How often a run out of turns goes on; default 2'),
        maxBudgetUsd: z.number().positive().max(100_000).describe('Spend per run, in US dollars'),
        permissionMode: z.enum(PERMISSION_MODES).describe('Permission mode of Claude Code; default acceptEdits'),
        allowedTools: z
          .array(z.string().min(1).max(500))
          .max(100)
          .describe('Tools allowed beyond the permission mode, for example "Bash(npm test)"'),
        timeout: duration.describe('Wall time of one run; default 2h'),
        stallTimeout: duration.describe('Silence after which a run counts as stalled; default 20m'),
      })
      .partial(),
    attempts: z.int().min(1).max(10).describe('Attempts per task that the agent may fail; default 2'),
    onFailure: z.enum(ON_FAILURE).describe('After a failed task: continue (default), stop or pause'),
    verify: z.array(verifyEntry).max(20).describe('Commands that must pass before a task is committed'),
    setup: z.array(verifyEntry).max(20).describe('Commands run once in a new workspace'),
    workspace: z
      .strictObject({
        mode: z.enum(WORKSPACE_MODES).describe('worktree (default) or in-place'),
        copy: z
          .array(z.string().min(1).max(500))
          .max(50)
          .describe('Ignored files copied into the worktree, for example .env'),
      })
      .partial(),
    git: z
      .strictObject({
        commit: z.boolean().describe('false: leave changes uncommitted in the checkout; implies in-place'),
        message: z
          .string()
          .min(1)
          .max(2000)
          .describe('Template: {requirementName} {projectName} {branch} {timestamp} {commitMessage}'),
        keepAgentCommits: z.boolean().describe("Keep the agent's own commits below ours instead of squashing them"),
        hooks: z.boolean().describe("Run the repository's commit hooks; default true"),
      })
      .partial(),
    delivery: z.strictObject({ mode: z.enum(DELIVERY_MODES).describe('branch (default) or push') }).partial(),
    limits: z
      .strictObject({
        onUsageLimit: z.enum(ON_USAGE_LIMIT).describe('wait (default), pause, or reset the queue to idle'),
        extraUsage: z
          .enum(EXTRA_USAGE)
          .describe(
            'When an agent went on with usage that is paid for extra: wait before the next task (default), or use',
          ),
        maxWait: duration.describe('Longest wait for a reset before the batch asks'),
        maxFixes: z.int().min(0).max(10).describe('Fix rounds after a failed verification; default 2'),
      })
      .partial(),
    env: z
      .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string().max(8000))
      .describe('Environment for agent, setup and verification'),
    prompt: z
      .string()
      .min(1)
      .max(20_000)
      .describe('Template of the execution prompt: {requirement} {requirementName} {contextFiles}'),
    resources: z
      .strictObject({
        nice: z.int().min(0).max(19).describe('Priority of runs: higher is politer to everything else; default 0'),
        memory: z
          .string()
          .refine((text) => parseBytes(text) !== null, 'must be a size like 512m or 4g')
          .describe(
            'Memory of its own that one process of a run may have, for example 4g; Linux only; default: no bound',
          ),
      })
      .partial(),
    handlers: z
      .array(z.string().min(1).max(500))
      .max(20)
      .describe('Modules, relative to the project, that define kinds of tasks with defineTaskHandler'),
    keepAwake: z
      .enum(KEEP_AWAKE)
      .describe(
        'Keep this machine from falling asleep while a batch runs: onPower (default), always or never. Only in your own file',
      ),
    github: GithubSettingsSchema,
    logs: z
      .strictObject({
        copy: z.boolean().describe("Copy each run's log to .claude/logs in your checkout; default false"),
      })
      .partial(),
    screenshot: z
      .strictObject({
        command: z
          .string()
          .min(1)
          .max(4000)
          .describe('Shell command that writes a PNG to $NIGHTLOOM_SCREENSHOT after a task; goes before url'),
        url: z
          .url({ protocol: /^https?$/ })
          .max(2000)
          .describe('Address of the running product; it is waited for'),
        browser: z.string().min(1).max(1000).describe('Chromium for url; default: found on PATH'),
        timeout: duration.describe('Wall time of the command or the browser, and of the waiting; default 1m'),
      })
      .partial(),
    requirements: z
      .strictObject({ allowNoChange: z.boolean().describe('A task that changes nothing may succeed') })
      .partial(),
  })
  .partial()
  .meta({ id: 'NightloomConfig', title: 'nightloom.config' });

/** When the machine is kept awake. */
export type KeepAwake = (typeof KEEP_AWAKE)[number];

/** A settings file as parsed. */
export type SettingsFile = z.infer<typeof SettingsFileSchema>;

/** What dashboard and flags say over the files. */
export type SettingsOverrides = Omit<SettingsFile, '$schema' | 'keepAwake'>;
/** Schema of {@link SettingsOverrides}. */
export const SettingsOverridesSchema = SettingsFileSchema.omit({ $schema: true, keepAwake: true });

/** A shell command with its time-out. */
export interface CommandSetting {
  readonly command: string;
  readonly timeoutMs: number;
}

/** An agent that stands in for the first one. */
export interface FallbackSetting {
  readonly name: (typeof AGENTS)[number];
  readonly bin: string | null;
  readonly command: readonly string[] | null;
  readonly model: string | null;
}

/**
 * The settings with another agent at work: its own program and model, everything else as for the first. null: it is
 * neither the first nor named in `agent.fallback`.
 */
export function settingsForAgent(settings: Settings, name: string): Settings | null {
  if (settings.agent.name === name) return settings;
  const entry = settings.agent.fallback.find((each) => each.name === name);
  if (entry === undefined) return null;
  const own = { ...entry, command: entry.command ?? settings.agent.command };
  return { ...settings, agent: { ...settings.agent, ...own } };
}

/** Settings with every default filled in, in program units. */
export interface Settings {
  readonly agent: {
    readonly name: (typeof AGENTS)[number];
    readonly fallback: readonly FallbackSetting[];
    readonly bin: string | null;
    readonly command: readonly string[] | null;
    readonly model: string | null;
    readonly maxTurns: number | null;
    readonly maxContinuations: number;
    readonly maxBudgetUsd: number | null;
    readonly permissionMode: (typeof PERMISSION_MODES)[number];
    readonly allowedTools: readonly string[];
    readonly timeoutMs: number;
    readonly stallTimeoutMs: number;
  };
  readonly attempts: number;
  readonly onFailure: (typeof ON_FAILURE)[number];
  readonly verify: readonly CommandSetting[];
  readonly setup: readonly CommandSetting[];
  readonly workspace: { readonly mode: (typeof WORKSPACE_MODES)[number]; readonly copy: readonly string[] };
  readonly git: {
    readonly commit: boolean;
    readonly message: string;
    readonly keepAgentCommits: boolean;
    readonly hooks: boolean;
  };
  readonly delivery: { readonly mode: (typeof DELIVERY_MODES)[number] };
  readonly limits: {
    readonly onUsageLimit: (typeof ON_USAGE_LIMIT)[number];
    readonly extraUsage: (typeof EXTRA_USAGE)[number];
    readonly maxWaitMs: number | null;
    readonly maxFixes: number;
  };
  readonly env: Readonly<Record<string, string>>;
  readonly prompt: string | null;
  /** Bounds of every process of a run; null: none. */
  readonly resources: { readonly nice: number | null; readonly memoryBytes: number | null };
  readonly logs: { readonly copy: boolean };
  readonly screenshot: {
    readonly command: string | null;
    readonly url: string | null;
    readonly browser: string | null;
    readonly timeoutMs: number;
  };
  /** Modules relative to the checkout. */
  readonly handlers: readonly string[];
  readonly github: GithubSettings;
  readonly requirements: { readonly allowNoChange: boolean };
}

/** Where a setting's value comes from. */
export const SETTING_SOURCES = ['built-in', 'user', 'project', 'dashboard', 'flags'] as const;
/** One of {@link SETTING_SOURCES}. */
export type SettingSource = (typeof SETTING_SOURCES)[number];

/** One line of `nightloom config`: dotted key, value as JSON, and its source (for a file: its path). */
export interface SettingOrigin {
  readonly key: string;
  readonly value: unknown;
  readonly source: SettingSource;
  readonly file: string | null;
}
