/** The calls of the host door: how their arguments are read from JSON. */
import { z } from 'zod';
import type { HostDoor } from '../contracts/host-door.ts';
import { isId } from '../contracts/ids.ts';
import type { BatchId, ProjectId, TaskId } from '../contracts/ids.ts';
import type { Settings } from '../contracts/settings.ts';
import { SettingsOverridesSchema } from '../contracts/settings.ts';
import { GITHUB_ARGUMENTS } from './door-github.ts';
import { KINDS_ARGUMENTS } from './door-kinds.ts';

/** Name of a call. */
export type DoorMethod = keyof HostDoor;

type DoorCall = (door: HostDoor, args: unknown) => Promise<unknown>;

/** @throws ZodError when the arguments do not fit */
function call<Args extends z.ZodType>(
  schema: Args,
  run: (door: HostDoor, args: z.output<Args>) => Promise<unknown>,
): DoorCall {
  return (door, args) => run(door, schema.parse(args));
}

const path = z.string().min(1).max(4096);
const name = z.string().min(1).max(1000);
const task = z.custom<TaskId>((value) => typeof value === 'string' && isId('task', value));
const batch = z.custom<BatchId>((value) => typeof value === 'string' && isId('batch', value));
const project = z.custom<ProjectId>((value) => typeof value === 'string' && isId('project', value));
/** Made by `configuration` of this very door and signed by us since: only its outline is looked at. */
const settings = z.custom<Settings>(
  (value) => typeof value === 'object' && value !== null && 'agent' in value && 'env' in value && 'verify' in value,
);
const address = z.object({
  task,
  attempt: z.int().min(1),
  step: z.string().min(1).max(200),
  stream: z.enum(['stdout', 'stderr']),
});
const expectedSha256 = z.string().max(100).nullable();
const text = z.string().max(2_000_000);
const changeRequest = z.object({
  id: name,
  changes: z.array(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('create'), name, text }),
      z.object({ kind: z.literal('edit'), name, text, expectedSha256 }),
      z.object({ kind: z.literal('rename'), name, to: name, expectedSha256 }),
      z.object({ kind: z.literal('delete'), name, expectedSha256 }),
    ]),
  ),
});
const attempt = z.int().min(1);
const logQuery = z.object({
  text: z.string().min(1).max(200),
  ignoreCase: z.boolean(),
  offset: z.int().min(0),
  line: z.int().min(1),
  maxMatches: z.int().min(1).max(1000),
  maxBytes: z.int().min(1),
});
const diffRequest = z.object({
  projectPath: path,
  revision: z.string().min(1).max(500),
  ignoreWhitespace: z.boolean(),
  path: z.string().min(1).max(4096).nullable(),
  maxBytes: z.int().min(1),
});
const gitRequest = z.object({
  project,
  projectName: name,
  steps: z
    .array(
      z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('add'), what: z.union([z.enum(['everything', 'tracked']), z.array(path).min(1)]) }),
        z.object({ kind: z.literal('commit'), message: z.string().max(10_000), all: z.boolean() }),
        z.object({ kind: z.literal('push'), remote: name.nullable(), branch: name.nullable() }),
      ]),
    )
    .max(20),
  requirementName: name,
  commitMessage: z.string().max(10_000),
});
const overrides = z.object({ dashboard: SettingsOverridesSchema, flags: SettingsOverridesSchema });

const previewRequest = z.object({
  projectPath: path,
  requirementName: name,
  template: z.string().max(20_000).nullable(),
  dashboard: SettingsOverridesSchema,
});

/** Every call of the door. */
export const DOOR_CALLS: Readonly<Record<DoorMethod, DoorCall>> = {
  checkProject: call(z.tuple([path]), (door, [at]) => door.checkProject(at)),
  listRequirements: call(z.tuple([path]), (door, [at]) => door.listRequirements(at)),
  readRequirement: call(z.tuple([path, name]), (door, [at, which]) => door.readRequirement(at, which)),
  freezeRequirement: call(z.tuple([path, name]), (door, [at, which]) => door.freezeRequirement(at, which)),
  changeRequirements: call(z.tuple([path, changeRequest]), (door, [at, request]) =>
    door.changeRequirements(at, request),
  ),
  undoRequirements: call(z.tuple([path, name]), (door, [at, id]) => door.undoRequirements(at, id)),
  configuration: call(z.tuple([path, overrides]), (door, [at, over]) => door.configuration(at, over)),
  agents: call(z.tuple([]), (door) => door.agents()),
  machineChecks: call(z.tuple([]), (door) => door.machineChecks()),
  accounts: call(z.tuple([settings]), (door, [known]) => door.accounts(known)),
  preflight: call(z.tuple([path, settings]), (door, [at, known]) => door.preflight(at, known)),
  progress: call(z.tuple([task]), (door, [of]) => door.progress(of)),
  logs: call(z.tuple([task]), (door, [of]) => door.logs(of)),
  readLog: call(z.tuple([address, z.int(), z.int().min(1).optional()]), (door, [of, offset, maxBytes]) =>
    door.readLog(of, offset, maxBytes),
  ),
  searchLog: call(z.tuple([address, logQuery]), (door, [of, query]) => door.searchLog(of, query)),
  findLogLine: call(z.tuple([address, z.int().min(1)]), (door, [of, line]) => door.findLogLine(of, line)),
  diff: call(z.tuple([diffRequest]), (door, [request]) => door.diff(request)),
  prompts: call(z.tuple([task, attempt]), (door, [of, number]) => door.prompts(of, number)),
  screenshot: call(z.tuple([task, attempt]), (door, [of, number]) => door.screenshot(of, number)),
  screenshots: call(z.tuple([task]), (door, [of]) => door.screenshots(of)),
  evidence: call(z.tuple([task, attempt]), (door, [of, number]) => door.evidence(of, number)),
  previewPrompt: call(z.tuple([previewRequest]), (door, [request]) => door.previewPrompt(request)),
  freezeTask: call(KINDS_ARGUMENTS.freezeTask, (door, args) => door.freezeTask(...args)),
  taskResult: call(KINDS_ARGUMENTS.taskResult, (door, args) => door.taskResult(...args)),
  tellHandler: call(KINDS_ARGUMENTS.tellHandler, (door, args) => door.tellHandler(...args)),
  baselineRuns: call(z.tuple([z.object({ batch, project, count: z.int().min(0).max(1000) })]), (door, [of]) =>
    door.baselineRuns(of),
  ),
  commitAndPush: call(z.tuple([path, gitRequest]), (door, [at, request]) => door.commitAndPush(at, request)),
  githubNews: call(GITHUB_ARGUMENTS.githubNews, (door, args) => door.githubNews(...args)),
  githubLook: call(GITHUB_ARGUMENTS.githubLook, (door, args) => door.githubLook(...args)),
  isMerged: call(z.tuple([path, name]), (door, [at, branch]) => door.isMerged(at, branch)),
  undelivered: call(z.tuple([path]), (door, [at]) => door.undelivered(at)),
  prune: call(
    z.tuple([
      z.object({
        projects: z.array(z.object({ id: project, path })),
        openBatches: z.array(batch),
        dryRun: z.boolean(),
        maxAgeMs: z.number(),
      }),
    ]),
    (door, [options]) => door.prune(options),
  ),
};

/** True if `text` names a call. */
export function isDoorMethod(text: string): text is DoorMethod {
  return Object.hasOwn(DOOR_CALLS, text);
}
