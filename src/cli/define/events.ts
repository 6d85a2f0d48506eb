/** `events` command. */
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { repeated } from './registry.ts';
import type { Registry } from './registry.ts';

/** Defines `events [-f] [--topic T] [--batch B] [--since SEQ] [--json]`. */
export function defineEventsCommand(program: Command, registry: Registry): void {
  registry.on(
    program
      .command('events')
      .description('What happened, from the journal, oldest first: the newest 50, or all after a number.')
      .option('-f, --follow', 'what happens from now on (with --since: from there), until Ctrl-C')
      .option('--topic <topic>', 'only this event type (task.failed) or its first part (task); repeatable', repeated)
      .option('--batch <id>', 'only of this batch')
      .option('--since <seq>', 'after the event of this number; 0: from the first one', placeInJournal)
      .option('--json', 'print one JSON object a line'),
    async () => (await import('../commands/events.ts')).events,
  );
}

function placeInJournal(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It must be the number of an event.');
  return Number(text);
}
