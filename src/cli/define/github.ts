/** `github` commands. */
import type { Command } from 'commander';
import type { Registry } from './registry.ts';

const JSON_FLAG = ['--json', 'print JSON'] as const;

/** Defines `github` and `github poll [project]`. */
export function defineGithubCommands(program: Command, registry: Registry): void {
  const load = () => import('../commands/github.ts');
  const github = program
    .command('github')
    .description('How the intake from GitHub stands with every project.')
    .option(...JSON_FLAG);
  registry.on(github, async () => (await load()).githubStatus);
  registry.on(
    github
      .command('poll')
      .description('Look at GitHub now, and queue tasks for what is new.')
      .argument('[project]', 'name or id of a project, or a path; default: that of the current folder')
      .option(...JSON_FLAG),
    async () => (await load()).pollGithub,
  );
}
