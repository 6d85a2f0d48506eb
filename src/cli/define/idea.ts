/** `idea` commands. */
import type { Command } from 'commander';
import { Option } from 'commander';
import { IDEA_STATUSES } from '../../contracts/vocabulary.ts';
import type { Registry } from './registry.ts';

/** Defines `idea list|show|add|edit|remove|requirement|log`. */
export function defineIdeaCommands(program: Command, registry: Registry): void {
  const idea = program.command('idea').description('Ideas: what may become a requirement, and what was implemented.');
  const load = () => import('../commands/idea.ts');
  const verb = (usage: string, description: string): Command =>
    idea.command(usage).description(description).option('--json', 'print JSON');
  const inProject = (command: Command): Command =>
    command.option('--project <project>', 'id, name or folder (default: the current one)');
  const withStatus = (command: Command, help: string): Command =>
    command.addOption(new Option('--status <status>', help).choices(IDEA_STATUSES));
  registry.on(
    withStatus(inProject(verb('list', 'List those of a project, newest first.')), 'only these'),
    async () => (await load()).listIdeas,
  );
  registry.on(verb('show <idea>', 'Print one.'), async () => (await load()).showIdea);
  registry.on(
    inProject(verb('add <title>', 'Write one down.')).option(
      '--file <path>',
      'file with the text; - is standard input',
    ),
    async () => (await load()).addIdea,
  );
  registry.on(
    withStatus(
      verb('edit <idea>', 'Change its words or its status.')
        .option('--title <title>', 'one line')
        .option('--file <path>', 'file with the text; - is standard input'),
      'idea: forgets which requirement was made of it',
    ),
    async () => (await load()).editIdea,
  );
  registry.on(verb('remove <idea>', 'Forget it; its requirement stays.'), async () => (await load()).removeIdea);
  registry.on(
    verb('requirement <idea>', 'Make a requirement of it; can be undone.')
      .option('--name <name>', 'of the requirement (default: made of the title)')
      .option('--file <path>', 'file with its text; - is standard input (default: title and text of the idea)'),
    async () => (await load()).makeRequirement,
  );
  registry.on(
    inProject(verb('log', 'What completed tasks did, newest first.')),
    async () => (await load()).implementationLog,
  );
}
