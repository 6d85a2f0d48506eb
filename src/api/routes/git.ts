/** Committing and pushing a checkout. */
import type { FastifyInstance } from 'fastify';
import { routes } from '../../contracts/http.ts';
import type { RouteAnswer } from '../../contracts/http.ts';
import type { CommitAndPushResult } from '../../contracts/host-door-git.ts';
import { DEFAULT_COMMIT_TEMPLATE, DEFAULT_GIT_COMMANDS, parseGitCommands } from '../../domain/git-commands.ts';
import type { ApiDeps } from '../deps.ts';
import { register } from '../register.ts';
import { namedProject } from '../services/claude-code.ts';

/** Registers the route. */
export function gitRoutes(app: FastifyInstance, deps: Pick<ApiDeps, 'store' | 'door'>): void {
  register(app, routes.commitAndPush, async ({ body }) => {
    const project = await namedProject(deps, body);
    const commands = body.commands ?? DEFAULT_GIT_COMMANDS;
    const result = await deps.door.commitAndPush(project.path, {
      project: project.id,
      projectName: project.name,
      steps: parseGitCommands(commands),
      requirementName: body.requirementName ?? project.name,
      commitMessage: body.commitMessage ?? body.commitMessageTemplate ?? DEFAULT_COMMIT_TEMPLATE,
    });
    return toAnswer(commands, result);
  });
}

function toAnswer(commands: readonly string[], result: CommitAndPushResult): RouteAnswer<'commitAndPush'> {
  const results = result.results.map(({ status, output }, at) => {
    const success = status === 'done' || status === 'nothing_to_commit';
    return { command: commands[at] ?? '', status, success, output };
  });
  const failed = results.find(({ status }) => status === 'failed');
  const { branch, commit, pushed, rebased } = result;
  return {
    success: failed === undefined,
    message: messageOf(result, failed?.command),
    branch,
    commit,
    pushed,
    rebased,
    results,
  };
}

function messageOf({ branch, commit, pushed, rebased }: CommitAndPushResult, failed: string | undefined): string {
  const made = commit === null ? 'Nothing was committed' : `Committed ${commit.slice(0, 10)} on ${branch}`;
  const sent = pushed ? `, pushed${rebased ? ' after a rebase' : ''}` : '';
  return failed === undefined ? `${made}${sent}.` : `${made}${sent}; this failed: ${failed}.`;
}
