/** `webhook` commands. */
import type { Command } from 'commander';
import { repeated } from './registry.ts';
import type { Registry } from './registry.ts';

const JSON_FLAG = ['--json', 'print JSON'] as const;
const WEBHOOK = ['<webhook>', 'id'] as const;

/** Defines `webhook add|list|remove|enable|disable|secret|test|deliveries|redeliver`. */
export function defineWebhookCommands(program: Command, registry: Registry): void {
  const load = () => import('../commands/webhook.ts');
  const webhook = program.command('webhook').description('Addresses that are told of events.');
  registry.on(
    webhook
      .command('add')
      .description('Tell an address of events from now on; prints the secret that signs them, this once.')
      .argument('<url>', 'https, or a host of NIGHTLOOM_WEBHOOK_HOSTS')
      .option(
        '--topic <topic>',
        'event type (task.failed) or its first part (task); repeatable (default: all)',
        repeated,
      )
      .option(...JSON_FLAG),
    async () => (await load()).addWebhook,
  );
  registry.on(
    webhook
      .command('list')
      .description('List them.')
      .option(...JSON_FLAG),
    async () => (await load()).listWebhooks,
  );
  defineVerbs(webhook, registry);
}

function defineVerbs(webhook: Command, registry: Registry): void {
  const load = () => import('../commands/webhook.ts');
  const verb = (name: string, description: string): Command =>
    webhook
      .command(name)
      .description(description)
      .argument(...WEBHOOK)
      .option(...JSON_FLAG);
  registry.on(verb('remove', 'Remove one with its deliveries.'), async () => (await load()).removeWebhook);
  registry.on(verb('enable', 'Tell it again.'), async () => (await load()).enableWebhook);
  registry.on(
    verb('disable', 'Tell it of nothing; it misses what happens meanwhile.'),
    async () => (await load()).disableWebhook,
  );
  registry.on(
    verb('secret', 'Give it a new secret; the old one ends at once.'),
    async () => (await load()).renewSecret,
  );
  registry.on(
    verb('test', 'Send it a made-up event now; exit 1 if it is not delivered.'),
    async () => (await load()).testWebhook,
  );
  registry.on(
    verb('deliveries', 'What was or will be sent to it, newest event first.').option(
      '--limit <n>',
      'at most (default: 50)',
      '50',
    ),
    async () => (await load()).listDeliveries,
  );
  registry.on(
    webhook
      .command('redeliver')
      .description('Send an event to it again.')
      .argument(...WEBHOOK)
      .argument('<seq>', 'number of the event')
      .option(...JSON_FLAG),
    async () => (await load()).redeliver,
  );
}
