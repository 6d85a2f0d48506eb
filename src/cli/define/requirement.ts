/** `requirement` commands. */
import type { Command } from 'commander';
import type { Registry } from './registry.ts';

/** Defines `requirement list|show|create|edit|prompt|rename|delete|restore`. */
export function defineRequirementCommands(program: Command, registry: Registry): void {
  const requirement = program.command('requirement').description('Requirement files of a project.');
  const load = () => import('../commands/requirement.ts');
  const verb = (usage: string, description: string): Command =>
    requirement
      .command(usage)
      .description(description)
      .option('--project <project>', 'id, name or folder (default: the current one)')
      .option('--json', 'print JSON');
  const withText = (command: Command): Command =>
    command.requiredOption('--file <path>', 'file with the text; - is standard input');
  registry.on(verb('list', 'List them.'), async () => (await load()).listRequirements);
  registry.on(verb('show <name>', 'Print the text of one.'), async () => (await load()).showRequirement);
  registry.on(withText(verb('create <name>', 'Write a new one.')), async () => (await load()).createRequirement);
  registry.on(
    withText(verb('edit <name>', 'Replace the text of one.')).option(
      '--if-match <sha256>',
      'refuse unless its text still has this sha256 (default: any)',
    ),
    async () => (await load()).editRequirement,
  );
  registry.on(
    verb('prompt <name>', 'Print what an agent would be told for one.').option(
      '--template <path>',
      'file with a template to try (default: the one of the settings); - is standard input',
    ),
    async () => (await load()).showPrompt,
  );
  registry.on(verb('rename <name> <to>', 'Give one another name.'), async () => (await load()).renameRequirement);
  registry.on(verb('delete <name>', 'Delete one; can be undone.'), async () => (await load()).deleteRequirement);
  registry.on(verb('restore <token>', 'Undo a change by its token.'), async () => (await load()).restoreRequirement);
}
