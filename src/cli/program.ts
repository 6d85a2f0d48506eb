/** The command line as a whole: parse, call one command, translate what was thrown. */
import { Command, CommanderError } from 'commander';
import { defineAuditCommand } from './define/audit.ts';
import { defineBackgroundCommands } from './define/background.ts';
import { defineBatchCommands } from './define/batch.ts';
import { defineDatabaseCommands } from './define/db.ts';
import { defineEventsCommand } from './define/events.ts';
import { defineGithubCommands } from './define/github.ts';
import { defineIdeaCommands } from './define/idea.ts';
import { defineInboxCommands } from './define/inbox.ts';
import { defineAgentsCommand, defineLanesCommand } from './define/lifecycle.ts';
import { defineProjectCommands } from './define/project.ts';
import { defineRecoveryCommands } from './define/recovery.ts';
import { defineRequirementCommands } from './define/requirement.ts';
import { defineRunCommand } from './define/run.ts';
import { defineSettingsCommands } from './define/settings.ts';
import { defineServiceCommands } from './define/services.ts';
import { defineStackCommands } from './define/stack.ts';
import { defineViewCommands } from './define/views.ts';
import { defineWebhookCommands } from './define/webhook.ts';
import type { Registry } from './define/registry.ts';
import { createRegistry } from './define/registry.ts';

const EXIT_OK = 0;
const EXIT_USAGE = 2;

/** Runs one command line (without node and script) and gives the exit code. */
export async function runProgram(args: readonly string[]): Promise<number> {
  const registry = createRegistry();
  const program = buildProgram(registry);
  if (args.length === 0) {
    program.outputHelp();
    return EXIT_OK;
  }
  if (args[0] === '--version' || args[0] === '-V') return printVersion();
  try {
    await program.parseAsync([...args], { from: 'user' });
    return registry.exitCode();
  } catch (error) {
    if (error instanceof CommanderError) return usageExit(error, commandPath(program, args));
    return reportError(error, args);
  }
}

/** The tree of commands; each leaf loads its module when it is called. */
function buildProgram(registry: Registry): Command {
  const program = new Command('nightloom')
    .description('Queue work for coding agents in the evening; wake to clean, verified commits and an honest report.')
    .option('-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help of a command')
    .showSuggestionAfterError(true)
    .configureOutput({ outputError: () => undefined })
    .exitOverride()
    .addHelpText('after', HELP_END);
  defineRunCommand(program, registry);
  defineStackCommands(program, registry);
  defineBatchCommands(program, registry);
  defineLanesCommand(program, registry);
  defineAgentsCommand(program, registry);
  defineProjectCommands(program, registry);
  defineRequirementCommands(program, registry);
  defineIdeaCommands(program, registry);
  defineBackgroundCommands(program, registry);
  defineInboxCommands(program, registry);
  defineGithubCommands(program, registry);
  defineViewCommands(program, registry);
  defineAuditCommand(program, registry);
  defineEventsCommand(program, registry);
  defineWebhookCommands(program, registry);
  defineSettingsCommands(program, registry);
  defineDatabaseCommands(program, registry);
  defineServiceCommands(program, registry);
  defineRecoveryCommands(program, registry);
  return program;
}

const HELP_END = `
Begin:  write requirement files to .claude/commands/<name>.md, then \`nightloom run\`.
Exit:   0 done, 1 some task failed, 2 usage, 3 no stack, 4 not found, 5 conflict, 6 needs you, 7 limit, 8 try again, 130 interrupted.`;

async function printVersion(): Promise<number> {
  const [{ packageVersion }, { stdout }] = await Promise.all([import('./version.ts'), import('node:process')]);
  stdout.write(`${packageVersion()}\n`);
  return EXIT_OK;
}

/** The command that `args` name, as far as they name one: where the help for a mistake is. */
function commandPath(program: Command, args: readonly string[]): string {
  const path = ['nightloom'];
  let command = program;
  for (const word of args) {
    const next = command.commands.find((each) => each.name() === word);
    if (next === undefined) break;
    path.push(word);
    command = next;
  }
  return path.join(' ');
}

async function usageExit(error: CommanderError, command: string): Promise<number> {
  if (error.exitCode === 0) return EXIT_OK;
  if (error.code === 'commander.help') return EXIT_USAGE;
  const { stderr } = await import('node:process');
  const fact = error.message.replace(/^error: /, '');
  stderr.write(`${fact.charAt(0).toUpperCase()}${fact.slice(1)}\nNext: ${command} --help\n`);
  return EXIT_USAGE;
}

async function reportError(error: unknown, args: readonly string[]): Promise<number> {
  const [{ exitCodeOf }, { processContext }, { printError }] = await Promise.all([
    import('./exit-codes.ts'),
    import('./context.ts'),
    import('./output.ts'),
  ]);
  printError(processContext(), error, args.includes('--json'));
  return exitCodeOf(error);
}
