/** `project` commands and `config`. */
import type { Command } from 'commander';
import type { Registry } from './registry.ts';
import { addSettingsFlags } from './run.ts';

/** Defines `project add|trust|list|show|remove` and `config`. */
export function defineProjectCommands(program: Command, registry: Registry): void {
  const project = program.command('project').description('Registered repositories.');
  const load = () => import('../commands/project.ts');
  registry.on(
    project
      .command('add')
      .description('Register a repository; this trusts the commands in its nightloom.config file.')
      .argument('[dir]', 'folder inside it (default: the current one)')
      .option('--name <name>', "name (default: the folder's)")
      .option('-y, --yes', 'ask nothing')
      .option('--json', 'print JSON'),
    async () => (await load()).addProject,
  );
  registry.on(
    project
      .command('trust')
      .description('Trust the commands in its nightloom.config file as it is now.')
      .argument('[project]', 'id, name or folder (default: the current one)')
      .option('-y, --yes', 'ask nothing')
      .option('--json', 'print JSON'),
    async () => (await load()).trustProject,
  );
  registry.on(
    project.command('list').description('List them.').option('--json', 'print JSON'),
    async () => (await load()).listProjects,
  );
  registry.on(
    project
      .command('show')
      .description('Show one with its requirements.')
      .argument('[project]', 'id, name or folder (default: the current one)')
      .option('--json', 'print JSON'),
    async () => (await load()).showProject,
  );
  registry.on(
    project
      .command('remove')
      .description('Forget one; nothing in its repository changes.')
      .argument('<project>', 'id, name or folder')
      .option('--json', 'print JSON'),
    async () => (await load()).removeProject,
  );
  registry.on(
    addSettingsFlags(
      program
        .command('config')
        .description('Each setting of the project and where it comes from.')
        .option('--project <dir>', 'repository (default: the one around the current directory)'),
    ).option('--json', 'print JSON'),
    async () => (await import('../commands/config.ts')).config,
  );
}
