/** `background` commands. */
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { Registry } from './registry.ts';

const TASK = ['<task>', 'id of the task'] as const;

/** Defines `background start|list|show|apply`. */
export function defineBackgroundCommands(program: Command, registry: Registry): void {
  const load = () => import('../commands/background.ts');
  const background = program
    .command('background')
    .description('Questions about requirements, answered beside the batches: refine, generate, story-edit.');
  const verb = (usage: string, description: string): Command =>
    background.command(usage).description(description).option('--json', 'print JSON');
  const inProject = (command: Command): Command =>
    command.option('--project <project>', 'id, name or folder (default: the current one)');
  registry.on(
    inProject(verb('start', 'Start one; it runs as soon as a background place is free.'))
      .argument('<kind>', 'refine [requirement...], generate <description>, story-edit <requirement> <change>')
      .argument('[words...]', 'what that kind takes')
      .option('--file <path>', 'file with the description or the change; - is standard input')
      .option('--focus <text>', 'refine: what to look at above all')
      .option('--count <n>', 'generate: so many stories at most (default 10)', storyCount)
      .option('--another', 'start it although one of that kind is running')
      .option('--wait', 'wait until it has ended, then show it'),
    async () => (await load()).startBackground,
  );
  registry.on(
    inProject(verb('list', 'List them, newest first.')).option('--deleted', 'only those that were dismissed'),
    async () => (await load()).listBackground,
  );
  registry.on(
    verb('show', 'Print what one answered.')
      .argument(...TASK)
      .option('--text', 'with the whole text of each item'),
    async () => (await load()).showBackground,
  );
  registry.on(
    verb('apply', 'Write what one proposes into requirement files, as one change that can be undone.')
      .argument(...TASK)
      .argument('[item...]', 'names of items (default: all)')
      .option('--overwrite', 'also those in whose way something is'),
    async () => (await load()).applyBackground,
  );
}

function storyCount(text: string): number {
  const count = Number(text);
  if (/^\d{1,2}$/.test(text) && count >= 1 && count <= 50) return count;
  throw new InvalidArgumentError('It must be a number from 1 to 50.');
}
