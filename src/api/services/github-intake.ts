/**
 * Queues tasks for what happens on GitHub, each event once: the task's id is made of the event, so whoever hears of it a
 * second time, by a look, a webhook or after a crash, finds the task.
 */
import { AppError } from '../../contracts/errors.ts';
import type { GithubView } from '../../contracts/github-routes.ts';
import type { GithubAsker, GithubPosition, GithubTrigger } from '../../contracts/host-door-github.ts';
import type { ProjectId } from '../../contracts/ids.ts';
import type { ProjectRow, TaskRow } from '../../store/store.ts';
import type { ApiDeps } from '../deps.ts';
import type { BatchCreation } from './create-batch.ts';
import { endTasksAbout } from './end-tasks-about.ts';
import { runAlone } from './run-alone.ts';
import { taskIdOf } from './task-definitions.ts';

/** What was found for one project. */
export interface IntakeResult {
  /** False: the project's settings do not ask for it. */
  readonly wanted: boolean;
  readonly tasks: readonly TaskRow[];
}

/** Where a webhook says that something happened. */
export interface GithubPlace {
  readonly repository: string;
  readonly number: number;
  readonly comment: number | null;
}

/** See the file. */
export interface GithubIntake {
  /** Asks GitHub for news of one project now. @throws AppError github_*, invalid_settings, project_untrusted */
  poll(project: ProjectRow): Promise<IntakeResult>;
  /** Looks at one place. @throws AppError as `poll` */
  look(project: ProjectRow, at: GithubPlace): Promise<readonly TaskRow[]>;
  /** Asks for all projects that it is time for; what cannot be asked is kept as its problem. */
  tick(): Promise<void>;
  /** How it stands with every project. */
  view(): Promise<GithubView>;
}

interface Standing {
  readonly wanted: boolean;
  readonly lastAtMs: number;
  readonly nextAtMs: number;
  readonly problem: AppError | null;
  /** Queued by this process. */
  readonly queued: number;
}

/** Pages that are read without a pause: a thousand issues. */
const MAX_PAGES = 10;
/** After a failure that names no time. */
const AGAIN_AFTER_MS = 60_000;
/** How soon a project that begins to want news is noticed. */
const UNWANTED_AGAIN_AFTER_MS = 60_000;
const BEGINNING: GithubPosition = {
  issuesSince: null,
  issuesEtag: null,
  commentsSince: null,
  commentsEtag: null,
};

/** Intake over store, host door and the creation of tasks. */
export function createGithubIntake(deps: ApiDeps, creation: Pick<BatchCreation, 'createDefined'>): GithubIntake {
  const { store, door, clock } = deps;
  const standings = new Map<ProjectId, Standing>();
  const underWay = new Map<ProjectId, Promise<IntakeResult>>();

  const ask = async (project: ProjectRow): Promise<IntakeResult> => {
    const tasks: TaskRow[] = [];
    let position = await readPosition(deps, project.id);
    for (let page = 1; ; page += 1) {
      const news = await door.githubNews(askerOf(project), position);
      tasks.push(...(await queue(deps, creation, project, news.triggers)));
      // Only now: who dies before this hears of them again.
      position = news.position;
      if (news.wanted) await store.system.set(positionKey(project.id), JSON.stringify(position));
      if (news.more && page < MAX_PAGES) continue;
      const nowMs = clock.now();
      const wait = news.wanted ? (news.more ? 0 : news.pollIntervalMs) : UNWANTED_AGAIN_AFTER_MS;
      const { wanted } = news;
      standings.set(project.id, {
        wanted,
        lastAtMs: nowMs,
        nextAtMs: nowMs + wait,
        problem: null,
        queued: (standings.get(project.id)?.queued ?? 0) + tasks.length,
      });
      return { wanted, tasks };
    }
  };

  const poll = async (project: ProjectRow): Promise<IntakeResult> => {
    const present = underWay.get(project.id);
    if (present !== undefined) return await present;
    const asked = ask(project);
    underWay.set(project.id, asked);
    try {
      return await asked;
    } catch (error) {
      const problem = AppError.is(error)
        ? error
        : new AppError('internal', 'Asking for news failed.', { cause: error });
      standings.set(project.id, failedStanding(standings.get(project.id), problem, clock.now()));
      throw error;
    } finally {
      underWay.delete(project.id);
    }
  };

  return {
    poll,
    look: async (project, at) => await queue(deps, creation, project, await door.githubLook(askerOf(project), at)),
    tick: async () => {
      for (const project of await store.projects.list()) {
        if ((standings.get(project.id)?.nextAtMs ?? 0) > clock.now()) continue;
        await poll(project).catch((err: unknown) => {
          deps.logger.warn({ err, project: project.id }, 'GitHub could not be asked for news');
        });
      }
    },
    view: async () => ({
      projects: (await store.projects.list()).map(({ id, name }) => toView(id, name, standings.get(id))),
    }),
  };
}

async function queue(
  deps: ApiDeps,
  creation: Pick<BatchCreation, 'createDefined'>,
  project: ProjectRow,
  triggers: readonly GithubTrigger[],
): Promise<TaskRow[]> {
  const tasks: TaskRow[] = [];
  for (const { key, kind, params, name, ends } of triggers) {
    const taskId = taskIdOf(`github ${project.id} ${key}`, 0);
    if (ends !== undefined && (await deps.store.tasks.get(taskId)) === null)
      await endTasksAbout(deps, project, { number: ends, key, except: taskId });
    tasks.push(await runAlone(deps, creation, { projectId: project.id, kind, params, name, taskId }));
  }
  return tasks;
}

function askerOf({ id, name, path, settings, trustedSha256 }: ProjectRow): GithubAsker {
  return { id, name, path, settings, trustedSha256 };
}

function positionKey(project: ProjectId): string {
  return `github-position:${project}`;
}

/** Kept by us alone, as JSON; what cannot be read is the beginning: known events are found again by their tasks. */
async function readPosition({ store }: ApiDeps, project: ProjectId): Promise<GithubPosition> {
  const text = await store.system.get(positionKey(project));
  if (text === null) return BEGINNING;
  const position: GithubPosition = JSON.parse(text);
  return position;
}

function failedStanding(before: Standing | undefined, problem: AppError, nowMs: number): Standing {
  const retryAtMs = problem.retryAt === undefined ? nowMs : Date.parse(problem.retryAt);
  return {
    wanted: before?.wanted ?? true,
    lastAtMs: nowMs,
    nextAtMs: Math.max(nowMs + AGAIN_AFTER_MS, retryAtMs),
    problem,
    queued: before?.queued ?? 0,
  };
}

function toView(projectId: ProjectId, project: string, standing: Standing | undefined): GithubView['projects'][number] {
  const at = (ms: number | undefined): string | null => (ms === undefined ? null : new Date(ms).toISOString());
  const problem = standing?.problem ?? null;
  return {
    projectId,
    project,
    intake: standing?.wanted ?? null,
    askedAt: at(standing?.lastAtMs),
    nextAt: at(standing?.nextAtMs),
    queued: standing?.queued ?? 0,
    problem: problem === null ? null : { code: problem.code, message: problem.message },
  };
}
