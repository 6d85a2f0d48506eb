/** `db` commands. */
import type { Command } from 'commander';
import type { Registry } from './registry.ts';

/** Defines `db backup|restore|check|rebuild`. */
export function defineDatabaseCommands(program: Command, registry: Registry): void {
  const db = program
    .command('db')
    .description('The database: backups and checks (PostgreSQL has its own tools for backups).');
  const load = () => import('../commands/db.ts');
  registry.on(
    db
      .command('backup')
      .description('Copy it to a file while the stack goes on; `up` does it every hour and keeps 24.')
      .argument('<file>', 'new file')
      .option('--json', 'print JSON'),
    async () => (await load()).backupDatabase,
  );
  registry.on(
    db
      .command('restore')
      .description('Put a backup in its place; what was there is kept beside it. Not while a stack runs.')
      .argument('<file>', 'backup')
      .option('--json', 'print JSON'),
    async () => (await load()).restoreDatabase,
  );
  registry.on(
    db
      .command('check')
      .description('Look whether it is whole, and which schema it has.')
      .argument('[file]', 'a backup instead')
      .option('--json', 'print JSON'),
    async () => (await load()).checkDatabase,
  );
  registry.on(
    db
      .command('rebuild')
      .description(
        'Bring it up to what Temporal knows; a damaged file is kept aside, the newest backup takes its place.',
      )
      .option('--json', 'print JSON'),
    async () => (await load()).rebuildDatabase,
  );
}
