/** What a task left: attempts, prompts, evidence, its change, and search in its logs. */
import type { FastifyInstance } from 'fastify';
import { AppError } from '../../contracts/errors.ts';
import { routes } from '../../contracts/http.ts';
import type { ApiDeps } from '../deps.ts';
import { register } from '../register.ts';
import { findProject, findTask } from '../services/lookup.ts';
import type { Views } from '../services/views.ts';

/** So much of a log is looked at for one answer. */
const SEARCH_BYTES = 64 * 1024 * 1024;

/** Registers the routes of `inspect-routes.ts`. */
export function inspectTaskRoutes(app: FastifyInstance, deps: ApiDeps, views: Views): void {
  const { store, door } = deps;
  register(app, routes.listAttempts, async ({ params }) => {
    const { attemptList } = await views.task(await findTask(store, params.id));
    return { items: attemptList, nextCursor: null };
  });
  register(app, routes.attemptPrompts, async ({ params }) => {
    const task = await findTask(store, params.id);
    return { items: await door.prompts(task.definition.id, params.number) };
  });
  register(app, routes.attemptEvidence, async ({ params }) => {
    const task = await findTask(store, params.id);
    const rounds = await door.evidence(task.definition.id, params.number);
    return { items: rounds.map((round) => ({ ...round, checks: [...round.checks] })) };
  });
  register(app, routes.taskDiff, async ({ params, query }) => {
    const task = await findTask(store, params.id);
    const { commit = null, salvageRef = null } = task.details ?? {};
    const revision = commit ?? salvageRef;
    const { id, name } = task.definition;
    if (revision === null) throw new AppError('diff_not_found', `Task ${name} (${id}) has no commit and no kept work.`);
    const { path: projectPath } = await findProject(store, task.definition.project);
    const { path = null, ignoreWhitespace, maxBytes } = query;
    const found = await door.diff({ projectPath, revision, path, ignoreWhitespace, maxBytes });
    return { ...found, source: commit === null ? ('salvage' as const) : ('commit' as const), files: [...found.files] };
  });
  register(app, routes.searchLog, async ({ params, query }) => {
    const task = await findTask(store, params.id);
    const { attempt, step, stream, q: text, ignoreCase, offset, line, limit } = query;
    const address = { task: task.definition.id, attempt, step, stream };
    const wanted = { text, ignoreCase, offset, line, maxMatches: limit, maxBytes: SEARCH_BYTES };
    const found = await door.searchLog(address, wanted);
    return { ...found, matches: [...found.matches] };
  });
  register(app, routes.findLogLine, async ({ params, query: { attempt, step, stream, line } }) => {
    const task = await findTask(store, params.id);
    return await door.findLogLine({ task: task.definition.id, attempt, step, stream }, line);
  });
}
