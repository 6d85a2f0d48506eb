/** `inbox` commands. */
import type { Command } from 'commander';
import type { Registry } from './registry.ts';

const JSON_FLAG = ['--json', 'print JSON'] as const;
const ENTRY = ['<entry>', 'id of an entry, or of a task'] as const;

/** Defines `inbox [--all|--deleted]` and `inbox read|dismiss|restore|clear`. */
export function defineInboxCommands(program: Command, registry: Registry): void {
  const load = () => import('../commands/inbox.ts');
  const inbox = program
    .command('inbox')
    .description('What concerns you: unread ends of tasks and notices about batches.')
    .option('--all', 'also what was read')
    .option('--deleted', 'only what was dismissed; it can be restored for 30 days')
    .option(...JSON_FLAG);
  registry.on(inbox, async () => (await load()).listInbox);
  const verb = (name: string, description: string): Command =>
    inbox
      .command(name)
      .description(description)
      .argument(...ENTRY)
      .option(...JSON_FLAG);
  registry.on(verb('read', 'Mark an entry as read.'), async () => (await load()).readEntry);
  registry.on(verb('dismiss', 'Take an entry out of the inbox.'), async () => (await load()).dismissEntry);
  registry.on(verb('restore', 'Bring a dismissed entry back.'), async () => (await load()).restoreEntry);
  registry.on(
    inbox
      .command('clear')
      .description('Mark everything as read.')
      .option(...JSON_FLAG),
    async () => (await load()).clearInbox,
  );
}
