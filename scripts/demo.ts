/** `npm run demo`: one night in a small repository, with the outcome checked. See `--help`. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argv, stderr, stdout } from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { BatchView } from '../src/contracts/views.ts';
import { readEnvironment } from '../src/platform/environment.ts';
import { parseBatch, parseTask, repositoryMistakes, taskMistakes } from './demo-check.ts';
import { DEMO_TASKS, git, makeDemoProject } from './demo-project.ts';

const LAUNCHER = fileURLToPath(new URL('../nightloom', import.meta.url));
const HELP = `npm run demo -- [--agent scripted|claude] [--keep] [--json]

  --agent claude  let Claude Code do it (you must be logged in); default: a scripted agent
  --keep          leave the stack running and the repository in place
  --json          print the batch as JSON on standard output, everything else on standard error
`;

interface Options {
  readonly agent: 'scripted' | 'claude';
  readonly keep: boolean;
  readonly json: boolean;
}

interface Place {
  readonly root: string;
  readonly home: string;
  readonly project: string;
}

function say(text: string): void {
  stderr.write(`${text}\n`);
}

/** Options, or the exit code when there is nothing to run. */
function readOptions(): Options | 0 | 2 {
  const { values } = parseArgs({
    args: argv.slice(2),
    options: {
      agent: { type: 'string', default: 'scripted' },
      keep: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { agent, keep, json, help } = values;
  if (help) return 0;
  return agent === 'scripted' || agent === 'claude' ? { agent, keep, json } : 2;
}

/** The command that runs now. */
let current: ChildProcess | null = null;

/** Runs our command line; its progress goes to the terminal. Gives what it printed and how it ended. */
async function nightloom(place: Place, args: readonly string[]): Promise<{ exitCode: number; output: string }> {
  const child = spawn(LAUNCHER, args, {
    cwd: place.project,
    // Empty counts as absent: the demo has a stack of its own.
    env: { ...readEnvironment().raw, NIGHTLOOM_HOME: place.home, NIGHTLOOM_URL: '', NIGHTLOOM_TOKEN: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  current = child;
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
  current = null;
  return { exitCode, output };
}

async function makePlace(agent: Options['agent']): Promise<Place> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'nightloom-demo-')));
  const place = { root, home: join(root, 'home'), project: join(root, 'notes') };
  await mkdir(place.home, { mode: 0o700 });
  await makeDemoProject({ directory: place.project, agent, sessions: join(root, 'sessions') });
  return place;
}

/** What is wrong with the outcome. With the real agent only that every task came to an end can be asked for. */
async function mistakesOf(place: Place, agent: Options['agent'], batch: BatchView, start: string): Promise<string[]> {
  if (batch.status !== 'completed') return [`the batch is ${batch.status}`];
  if (agent === 'claude') return batch.tasks.length === DEMO_TASKS.length ? [] : ['tasks are missing'];
  const mistakes: string[] = [];
  for (const expected of DEMO_TASKS) {
    const found = batch.tasks.find((task) => task.name === expected.name);
    const shown = found === undefined ? null : await nightloom(place, ['task', 'show', found.id, '--json']);
    mistakes.push(...taskMistakes(expected, shown === null ? null : parseTask(shown.output)));
  }
  if (batch.branch === null) return [...mistakes, 'the batch has no branch'];
  return [...mistakes, ...(await repositoryMistakes(place.project, batch.branch, start))];
}

async function showResult(place: Place, options: Options, batch: BatchView): Promise<void> {
  const print = options.json ? say : (text: string): void => void stdout.write(`${text}\n`);
  const { output } = await nightloom(place, ['report', batch.id]);
  print(`\n${output.trimEnd()}`);
  if (batch.branch !== null) {
    print(`\n$ git log --oneline main..${batch.branch}`);
    print(await git(place.project, ['log', '--oneline', '--no-color', `main..${batch.branch}`]));
  }
  if (options.json) stdout.write(`${JSON.stringify(batch, null, 2)}\n`);
}

function sayNext(place: Place, keep: boolean): void {
  if (!keep) {
    say('\nNext:\n  npm run demo -- --keep      the same, and everything stays for you to look at');
    say('  cd <your repository> && nightloom run      your own requirements from .claude/commands');
    return;
  }
  say(`\nNext:\n  export NIGHTLOOM_HOME=${place.home}\n  cd ${place.project}`);
  say(`  ${LAUNCHER} status             addresses of the API and of the Temporal Web UI`);
  say(`  ${LAUNCHER} logs 2-farewell    what the agent did`);
  say(`  ${LAUNCHER} task show 3-whisper`);
  say(`  ${LAUNCHER} down --purge       stop it and remove its state; then remove ${place.root}`);
}

async function night(place: Place, options: Options): Promise<number> {
  const start = await git(place.project, ['rev-parse', 'HEAD']);
  const run = await nightloom(place, ['run', '--yes', '--json', '--name', 'Demo']);
  const batch = parseBatch(run.output);
  if (batch === null) {
    say(`The demo failed: \`nightloom run\` gave no batch (exit ${run.exitCode}).`);
    return 1;
  }
  await showResult(place, options, batch);
  const mistakes = await mistakesOf(place, options.agent, batch, start);
  const expectedExit = batch.counts.failed > 0 ? 1 : 0;
  if (run.exitCode !== expectedExit) mistakes.push(`\`nightloom run\` ended with exit ${run.exitCode}`);
  if (mistakes.length === 0) return 0;
  say(`\nThe demo failed:\n${mistakes.map((mistake) => `  ${mistake}`).join('\n')}`);
  return 1;
}

async function main(options: Options): Promise<number> {
  const place = await makePlace(options.agent);
  say(`A repository with ${DEMO_TASKS.length} requirements: ${place.project}`);
  // A terminal sends Ctrl-C to the command that runs, too; whatever ends that, what we made is tidied up.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => current?.kill('SIGINT'));
  try {
    return await night(place, options);
  } finally {
    if (options.keep) say((await nightloom(place, ['status'])).output.trimEnd());
    else {
      await nightloom(place, ['down', '--agents']);
      await rm(place.root, { recursive: true, force: true, maxRetries: 3 });
    }
    sayNext(place, options.keep);
  }
}

const options = readOptions();
if (typeof options === 'number') say(HELP);
process.exitCode = typeof options === 'number' ? options : await main(options);
