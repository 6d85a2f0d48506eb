/** `nightloom run` and the flags that it shares with `batch create` and `config`. */
import type { Command } from 'commander';
import { repeated } from './registry.ts';
import type { Registry } from './registry.ts';

/** Adds the flags that are settings for one batch; `flagSettings` turns them into overrides. */
export function addSettingsFlags(command: Command): Command {
  return command
    .option('--agent <name>', 'agent to use: claude, scripted or command')
    .option('--agent-bin <path>', "path of the agent's program")
    .option(
      '--agent-command <path|json>',
      'a program, or a JSON array of program and arguments; the prompt is on its stdin',
    )
    .option('--model <name>', 'model, as the agent knows it')
    .option('--permission-mode <mode>', "Claude Code's permission mode (default acceptEdits)")
    .option('--allow <tool>', 'allow one tool more, for example "Bash(npm test)"; repeatable', repeated)
    .option('--timeout <time>', 'longest time of one agent run, for example 45m')
    .option('--verify <command>', 'command that must pass before a commit; repeatable', repeated)
    .option('--in-place', 'work in the checkout itself instead of a worktree');
}

/** Adds the flags that say which of the tasks to be made need others. */
export function addNeedFlags(command: Command): Command {
  return command
    .option('--after <task=needed>', 'a task starts only when others are completed: a=b or a=b,c; repeatable', repeated)
    .option('--when-needed-failed <what>', 'when a needed task did not end well: skip (default), run or hold');
}

/** Defines `run`. */
export function defineRunCommand(program: Command, registry: Registry): void {
  const run = program
    .command('run')
    .summary('run requirements now, watch, and end with the report')
    .description(
      'Makes a batch of the named requirements (default: every one not done yet), checks what it needs, starts it and shows it.',
    )
    .argument('[requirement...]', 'names of files in .claude/commands')
    .option('--project <dir>', 'repository (default: the one around the current directory)')
    .option('--name <name>', 'name of the batch');
  addNeedFlags(addSettingsFlags(run))
    .option('--again', 'also run what an undelivered branch resolves already')
    .option('--detach', 'start it and return')
    .option('-y, --yes', 'ask nothing')
    .option('--json', 'print the batch as JSON at the end');
  registry.on(run, async () => (await import('../commands/run.ts')).run);
}
