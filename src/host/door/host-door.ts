/** The host door on files: what the API may ask of this machine, without a host worker. */
import { homedir } from 'node:os';
import type { HostDoor } from '../../contracts/host-door.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Environment } from '../../platform/environment.ts';
import type { Masker } from '../../platform/masking.ts';
import type { StatePaths } from '../../platform/paths.ts';
import { agentAccounts } from '../agents/accounts.ts';
import { isMerged, undeliveredRequirements } from '../git/delivery.ts';
import { agentInfos } from '../project/agent-infos.ts';
import { machineChecks } from '../project/machine-checks.ts';
import { preflight } from '../project/preflight.ts';
import { freezeRequirement } from '../requirements/freeze.ts';
import { listRequirements } from '../requirements/list.ts';
import { createRequirementChanges } from '../requirements/changes.ts';
import { readRequirement } from '../requirements/read.ts';
import { baselineRuns } from './baseline-runs.ts';
import { commitAndPush } from './commit-and-push.ts';
import { listScreenshots, readScreenshot } from '../runs/screenshot-file.ts';
import { configuration } from './configuration.ts';
import { diff } from './diff.ts';
import { evidence } from './evidence.ts';
import { findLogLine, logs, readLog, searchLog } from './logs.ts';
import { githubDoor } from './github.ts';
import { kindsDoor } from './kinds.ts';
import { previewPrompt } from './preview.ts';
import { progress } from './progress.ts';
import { checkProject } from './projects.ts';
import { prompts } from './prompts.ts';
import { prune } from './prune.ts';

/** What the door works with. */
export interface HostDoorOptions {
  readonly paths: StatePaths;
  /** Of the host worker: agents are looked for and asked with it. */
  readonly environment: Pick<Environment, 'raw'>;
  readonly clock: Clock;
  /** For all text that leaves. */
  readonly masker: Masker;
}

/** A door on the files below `options.paths`. */
export function createHostDoor(options: HostDoorOptions): HostDoor {
  const { paths, environment, clock, masker } = options;
  const changes = createRequirementChanges(paths.changes);
  return {
    checkProject,
    listRequirements: async (projectPath) => {
      await changes.settle();
      return await listRequirements(projectPath);
    },
    readRequirement: async (projectPath, name) => {
      await changes.settle();
      return await readRequirement(projectPath, name);
    },
    freezeRequirement: async (projectPath, name) => {
      await changes.settle();
      return await freezeRequirement(projectPath, name, paths.inputs);
    },
    changeRequirements: (projectPath, request) => changes.changeRequirements(projectPath, request),
    undoRequirements: (projectPath, id) => changes.undoRequirements(projectPath, id),
    configuration: (projectPath, overrides) => configuration(paths.home, projectPath, overrides, masker),
    agents: () => agentInfos(paths.home, environment.raw),
    // Settings of a repository are looked at by its own check.
    machineChecks: () =>
      machineChecks({ home: paths.home, base: environment.raw, cwd: environment.raw['HOME'] ?? homedir() }),
    accounts: async (settings) => agentAccounts(environment.raw, settings),
    preflight: (projectPath, settings) => preflight({ paths, projectPath, settings, base: environment.raw }),
    progress: (task) => progress(paths, task, masker),
    logs: async (task) => logs(paths, task),
    readLog: (address, offset, maxBytes) => readLog(paths, address, offset, maxBytes, masker),
    searchLog: (address, query) => searchLog(paths, address, query, masker),
    findLogLine: (address, line) => findLogLine(paths, address, line),
    diff: (request) => diff(request, masker),
    previewPrompt: (request) => previewPrompt(paths.home, request, masker),
    prompts: (task, attempt) => prompts(paths, task, attempt, masker),
    screenshot: (task, attempt) => readScreenshot(paths, task, attempt),
    screenshots: (task) => listScreenshots(paths, task),
    evidence: (task, attempt) => evidence(paths, task, attempt, masker),
    baselineRuns: (of) => baselineRuns(paths, of, masker),
    commitAndPush: (projectPath, request) => commitAndPush(options, projectPath, request),
    isMerged,
    undelivered: undeliveredRequirements,
    ...kindsDoor(paths, masker, environment.raw),
    ...githubDoor({ paths, environment, clock }),
    prune: (asked) => prune({ ...asked, paths, nowMs: clock.now() }),
  };
}
