/** `nightloom github [poll]` */
import type { GithubView } from '../../contracts/github-routes.ts';
import { connect } from '../connect.ts';
import type { Handler } from '../context.ts';
import { outputOptions, printEither } from '../output.ts';
import type { RenderOptions } from '../render/batch.ts';
import { clip, columns, counted, oneLine } from '../render/text.ts';
import { momentText } from '../render/time.ts';
import { resolveProject } from '../repository.ts';

interface Flags {
  readonly json?: boolean;
}

/** How the intake stands with every project. */
export const githubStatus: Handler<Flags> = async (context, flags) => {
  const { client } = await connect(context);
  const view = await client.call('github');
  printEither(context, flags.json, view, () =>
    view.projects.length === 0 ? ['No project is registered.'] : standingTable(view, outputOptions(context)),
  );
  return 0;
};

/** Looks at GitHub now, for the named project or the one of the current folder. @throws AppError github_*, project_untrusted */
export const pollGithub: Handler<Flags> = async (context, flags, args) => {
  const { client } = await connect(context);
  const { id, name } = await resolveProject(context, client, args[0]);
  const answer = await client.call('pollGithub', { body: { projectId: id } });
  printEither(context, flags.json, answer, () => {
    if (!answer.intake) return [`${name} does not ask for news: set github.intake to true in its configuration.`];
    const rows = answer.tasks.map(({ taskId, kind, name: task, status }) => [taskId, kind, status, oneLine(task)]);
    return [`${counted(rows.length, 'task')} for what is new on GitHub.`, ...columns(rows)];
  });
  return 0;
};

function standingTable({ projects }: GithubView, { nowMs, style }: RenderOptions): string[] {
  return columns(
    projects.map(({ project, intake, askedAt, nextAt, queued, problem }) => [
      style.strong(oneLine(project)),
      intake === null ? 'not asked yet' : intake ? 'asked' : 'not wanted',
      askedAt === null ? '' : momentText(askedAt, { nowMs }),
      nextAt === null || intake !== true ? '' : `next ${momentText(nextAt, { nowMs })}`,
      queued === 0 ? '' : counted(queued, 'task'),
      problem === null ? '' : clip(oneLine(`${problem.code}: ${problem.message}`), 120),
    ]),
  );
}
