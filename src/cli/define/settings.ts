/** `settings`. */
import type { Command } from 'commander';
import type { Registry } from './registry.ts';

/** Defines `settings` and `settings set`. */
export function defineSettingsCommands(program: Command, registry: Registry): void {
  const load = () => import('../commands/settings.ts');
  const settings = program
    .command('settings')
    .description('Settings of the installation itself, changed while it runs.')
    .option('--json', 'print JSON');
  registry.on(settings, async () => (await load()).showSettings);
  registry.on(
    settings
      .command('set')
      .description('Change one: lanes, background, retention.runsDays, retention.inboxDays, retention.auditDays.')
      .argument('<key>', 'name, as `settings` shows it')
      .argument('<value>', 'a whole number')
      .option('--json', 'print JSON'),
    async () => (await load()).setSetting,
  );
}
