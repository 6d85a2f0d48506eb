/** The settings that the dashboard edits, and how a form's values become what the API keeps. */
import type { SettingsOverrides } from '../../../src/contracts/settings.ts';
import {
  AGENTS,
  DELIVERY_MODES,
  ON_FAILURE,
  ON_USAGE_LIMIT,
  PERMISSION_MODES,
} from '../../../src/contracts/vocabulary.ts';

/** How a setting is edited. */
export type SettingInput = 'switch' | 'text' | 'code' | 'lines' | 'number' | readonly string[];

/** One setting; `key` is its path in the settings, as errors name it. */
export interface SettingField {
  readonly key: string;
  readonly label: string;
  readonly input: SettingInput;
  readonly hint?: string;
}

/** Settings that belong together. */
export interface SettingGroup {
  readonly title: string;
  readonly fields: readonly SettingField[];
}

/** See above; in the order of the form. */
export const SETTING_GROUPS: readonly SettingGroup[] = [
  {
    title: 'Git',
    fields: [
      {
        key: 'git.commit',
        label: 'Commit each completed task',
        input: 'switch',
        hint: 'Off: changes stay in the checkout',
      },
      { key: 'git.hooks', label: "Run the repository's commit hooks", input: 'switch' },
      { key: 'git.keepAgentCommits', label: "Keep the agent's own commits", input: 'switch' },
      { key: 'delivery.mode', label: 'When the batch is done', input: DELIVERY_MODES },
      { key: 'git.message', label: 'Commit message', input: 'code' },
    ],
  },
  {
    title: 'Verification',
    fields: [
      { key: 'verify', label: 'Must pass before a commit', input: 'lines', hint: 'One shell command in each line' },
      { key: 'setup', label: 'Run once in a new workspace', input: 'lines', hint: 'For example npm ci' },
      { key: 'limits.maxFixes', label: 'Fix rounds after a failed check', input: 'number' },
    ],
  },
  {
    title: 'Agent',
    fields: [
      { key: 'agent.name', label: 'Agent', input: AGENTS },
      { key: 'agent.model', label: 'Model', input: 'text', hint: 'As the agent calls it' },
      { key: 'agent.permissionMode', label: 'Permission mode', input: PERMISSION_MODES },
      { key: 'agent.timeout', label: 'Longest run', input: 'text', hint: 'For example 90m or 2h' },
      { key: 'agent.maxBudgetUsd', label: 'Most dollars for a run', input: 'number' },
    ],
  },
  {
    title: 'When it does not work',
    fields: [
      { key: 'attempts', label: 'Attempts for a task', input: 'number' },
      { key: 'onFailure', label: 'After a failed task', input: ON_FAILURE },
      { key: 'limits.onUsageLimit', label: 'At a usage limit', input: ON_USAGE_LIMIT },
      { key: 'limits.maxWait', label: 'Longest wait for a reset', input: 'text', hint: 'For example 6h' },
    ],
  },
];

/** What a form holds of a setting: absent means that it is not set here. */
export type FormValue = string | boolean;

type Fields = Readonly<Record<string, unknown>>;

/** The value of `key`; undefined if it is not set. */
export function valueAt(settings: unknown, key: string): unknown {
  return key.split('.').reduce<unknown>((at, part) => (isFields(at) ? at[part] : undefined), settings);
}

/** A setting as a form shows it; undefined if it is not set. */
export function toForm({ input }: SettingField, value: unknown): FormValue | undefined {
  if (value === undefined || value === null) return undefined;
  if (input === 'switch') return value === true;
  if (input === 'lines') return Array.isArray(value) ? value.map(commandOf).join('\n') : undefined;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

/** `settings` with the form's value at the field's key; an empty text takes the setting back. */
export function withValue(settings: SettingsOverrides, field: SettingField, value: FormValue): SettingsOverrides {
  return put(settings, field.key.split('.'), fromForm(field, value, valueAt(settings, field.key)));
}

/** `settings` without the field. */
export function withoutValue(settings: SettingsOverrides, field: SettingField): SettingsOverrides {
  return put(settings, field.key.split('.'), undefined);
}

function fromForm({ input }: SettingField, value: FormValue, before: unknown): unknown {
  if (typeof value === 'boolean') return value;
  if (input === 'number') return value.trim() === '' ? undefined : Number(value);
  if (input !== 'lines') return value === '' ? undefined : value;
  // A command that was there keeps its own time-out.
  const known = Array.isArray(before) ? before : [];
  return value
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line): unknown => known.find((entry) => commandOf(entry) === line) ?? line);
}

function commandOf(entry: unknown): string {
  if (typeof entry === 'string') return entry;
  return isFields(entry) && typeof entry['command'] === 'string' ? entry['command'] : '';
}

function put(settings: Fields, [key = '', ...rest]: readonly string[], value: unknown): SettingsOverrides {
  const { [key]: old, ...others } = settings;
  const next = rest.length === 0 ? value : put(isFields(old) ? old : {}, rest, value);
  const isGone = next === undefined || (rest.length > 0 && isFields(next) && Object.keys(next).length === 0);
  // The API checks the whole against its schema, and names what does not fit.
  return (isGone ? others : { ...others, [key]: next }) as SettingsOverrides;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
