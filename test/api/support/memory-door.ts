/** A host without a disk: what the API's tests put behind the door. The real one has tests of its own. */
import type { GithubNews } from '../../../src/contracts/host-door-github.ts';
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../../src/contracts/canonical-json.ts';
import { AppError } from '../../../src/contracts/errors.ts';
import { isBuiltinKind } from '../../../src/contracts/kinds.ts';
import type { HostDoor, LogAddress, PreflightFinding, PruneItem } from '../../../src/contracts/host-door.ts';
import type { CommitAndPushRequest } from '../../../src/contracts/host-door-git.ts';
import type { BaselineRun } from '../../../src/contracts/host-door-trial.ts';
import { toSettings } from '../../../src/host/project/settings-values.ts';
import type { Settings } from '../../../src/contracts/settings.ts';
import { createMemoryInspect } from './memory-inspect.ts';
import { createMemoryChanges } from './memory-changes.ts';

export interface MemoryDoor extends HostDoor {
  /** By project path: name -> text. */
  readonly requirements: Map<string, Map<string, string>>;
  readonly resolved: { name: string; sha256: string; branch: string }[];
  readonly mergedBranches: Set<string>;
  /** By `task/attempt`. */
  readonly results: Map<string, unknown>;
  /** By `task/attempt/step/stream`. */
  readonly logTexts: Map<string, { text: string; ended: boolean }>;
  readonly findings: PreflightFinding[];
  /** How the verification commands of every workspace ended. */
  readonly baseline: BaselineRun[];
  /** Of every project. */
  readonly projectFile: { sha256: string };
  /** What GitHub would tell. */
  news: Omit<GithubNews, 'position'>;
  pruned: Parameters<HostDoor['prune']>[0] | null;
  /** The last request to commit and push. */
  pushed: CommitAndPushRequest | null;
}

const BUILT_IN = toSettings({});
const SETTINGS: Settings = {
  ...BUILT_IN,
  agent: { ...BUILT_IN.agent, name: 'scripted', timeoutMs: 1, stallTimeoutMs: 1 },
  git: { ...BUILT_IN.git, message: 'x' },
};

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
export const logKey = (address: LogAddress): string =>
  `${address.task}/${address.attempt}/${address.step}/${address.stream}`;

export function createMemoryDoor(): MemoryDoor {
  const requirements = new Map<string, Map<string, string>>();
  const textOf = (path: string, name: string): string => {
    const text = requirements.get(path)?.get(name);
    if (text === undefined) throw new AppError('requirement_not_found', `There is no ${name} in ${path}.`);
    return text;
  };
  const infoOf = (name: string, text: string) => ({
    name,
    bytes: text.length,
    sha256: sha256(text),
    title: text,
    gitState: 'tracked' as const,
    slashCommandReason: null,
    problem: null,
  });
  const door: MemoryDoor = {
    requirements,
    resolved: [],
    mergedBranches: new Set(),
    results: new Map(),
    logTexts: new Map(),
    findings: [],
    baseline: [],
    projectFile: { sha256: 'f'.repeat(64) },
    pruned: null,
    pushed: null,
    news: { wanted: false, triggers: [], pollIntervalMs: 60_000, more: false },
    ...createMemoryChanges(requirements),
    agents: async () => [
      { name: 'claude', installed: true, version: '2.1', login: 'no', method: null, repair: 'log in' },
    ],
    machineChecks: async () => [
      { name: 'git', ok: false, level: 'error', message: 'git was not found.', repair: 'Install git.' },
    ],
    accounts: async () => [{ agent: 'claude', account: 'account' }],
    checkProject: async (path) => {
      if (!requirements.has(path)) throw new AppError('not_a_repository', `${path} is no repository.`);
      const name = path.split('/').at(-1) ?? 'root';
      return { path, name, head: 'h', branch: 'main', uncommittedFiles: 0, uncommittedTracked: 0 };
    },
    listRequirements: async (path) => [...(requirements.get(path) ?? [])].map(([name, text]) => infoOf(name, text)),
    readRequirement: async (path, name) => ({ info: infoOf(name, textOf(path, name)), text: textOf(path, name) }),
    freezeRequirement: async (path, name) => ({ name, sha256: sha256(textOf(path, name)), title: textOf(path, name) }),
    configuration: async (_path, { dashboard, flags }) => {
      if (flags.attempts === 7) throw new AppError('invalid_settings', 'Seven is not allowed here.');
      const onFailure = flags.onFailure ?? dashboard.onFailure ?? SETTINGS.onFailure;
      const verify = [{ command: 'npm test', timeoutMs: 1 }];
      const origins = [{ key: 'verify', value: verify, source: 'project' as const, file: 'nightloom.config.json' }];
      return { settings: { ...SETTINGS, onFailure, verify }, origins, projectFileSha256: door.projectFile.sha256 };
    },
    preflight: async () => door.findings,
    progress: async () => null,
    logs: async () => [],
    readLog: async (address, offset, maxBytes = 262_144) => {
      const log = door.logTexts.get(logKey(address));
      if (log === undefined) throw new AppError('run_not_found', 'There is no such run.');
      const bytes = Buffer.from(log.text);
      const from = offset < 0 ? Math.max(0, bytes.length + offset) : Math.min(offset, bytes.length);
      const part = bytes.subarray(from, from + maxBytes);
      const nextOffset = from + part.length;
      const ended = log.ended && nextOffset === bytes.length;
      return { text: part.toString(), offset: from, nextOffset, totalBytes: bytes.length, ended };
    },
    ...createMemoryInspect((address) => door.logTexts.get(logKey(address))?.text),
    freezeTask: async (_path, { kind, params }) => {
      if (!isBuiltinKind(kind)) throw new AppError('unknown_kind', 'no such kind', { details: { kinds: [] } });
      return { kind, params, sha256: sha256(canonicalJson({ kind, params })) };
    },
    tellHandler: async () => null,
    taskResult: async (task, attempt) => door.results.get(`${task}/${attempt}`) ?? null,
    githubNews: async (_project, position) => ({ ...door.news, position }),
    githubLook: async () => door.news.triggers,
    previewPrompt: async ({ projectPath, requirementName, template }) => ({
      prompt: `${template ?? 'built-in'}: ${textOf(projectPath, requirementName)}`,
      template: template ?? 'built-in',
      source: template === null ? 'built-in' : 'unsaved',
      contextFiles: [],
      unknownPlaceholders: [],
    }),
    isMerged: async (_path, branch) => door.mergedBranches.has(branch),
    undelivered: async () => [...door.resolved],
    baselineRuns: async ({ count }) => door.baseline.slice(0, count),
    commitAndPush: async (_path, request) => {
      door.pushed = request;
      const results = request.steps.map(() => ({ status: 'done' as const, output: '' }));
      return { results, branch: 'main', commit: 'c'.repeat(40), pushed: true, rebased: false };
    },
    prune: async (options) => {
      door.pruned = options;
      const item: PruneItem = { kind: 'run', name: 'r', bytes: 3, reason: 'old', kept: options.dryRun };
      return [item];
    },
  };
  return door;
}
