/** What gets a stack going again: after a lost Temporal, after a reboot. */
import type { Command } from 'commander';
import type { Registry } from './registry.ts';

/** Defines `recover` and `service`. */
export function defineRecoveryCommands(program: Command, registry: Registry): void {
  registry.on(
    program
      .command('recover')
      .summary('open the batches in another Temporal, from the database')
      .description(
        'When the Temporal server of before is lost for good: opens every batch that is not over, from the database, in the one that the environment names. The stack must be down.',
      )
      .requiredOption('--temporal-lost', 'say that the other one is lost: it must not go on with these batches'),
    async () => (await import('../commands/recover.ts')).recover,
  );
  const service = program.command('service').description('Start the stack with the machine, as a service of yours.');
  registry.on(
    service
      .command('install')
      .description("Write the user's systemd unit (Linux) or launchd file (macOS), and say how to turn it on.")
      .option('--now', 'turn it on too'),
    async () => (await import('../commands/service.ts')).installService,
  );
  registry.on(
    service
      .command('remove')
      .description('Remove that file; running agents go on.')
      .option('--now', 'stop the service first, without asking'),
    async () => (await import('../commands/service.ts')).removeService,
  );
  registry.on(
    service
      .command('status')
      .description('Say whether the file is there and what the service manager makes of it.')
      .option('--json', 'print JSON'),
    async () => (await import('../commands/service.ts')).serviceStatus,
  );
}
