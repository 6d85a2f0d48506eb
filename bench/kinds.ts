/** Tasks that are no requirements: commands in a long batch, the start of a handler, many projects at once. */
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchOptions } from './run.ts';
import { median } from './support/numbers.ts';
import { makeFolder, makeRepository, ROOT } from './support/place.ts';
import type { BenchResult, Figure } from './support/result.ts';
import { perTaskMs, startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

const COMMANDS = 1000;
const HANDLER_ROUNDS = 15;
const PROJECTS = 10;
const TASKS_EACH = 5;
const PROGRAM = join(ROOT, 'src/host/kinds/handlers/handler-process.ts');

/** One command that leaves a file, and its commit: nothing of it can be left out. */
const LOOP = `
set -e
for ((at = 0; at < $TASKS; at += 1)); do
  /bin/sh -c 'echo x >"out-$0.txt"' "$at"
  git add -A
  git commit --quiet -m "Auto-commit: $at"
done
`;

/** `custom-command` against a bash loop, the process of a handler against an empty Node, 50 tasks of 10 projects. */
export async function kinds(options: BenchOptions): Promise<BenchResult> {
  const stack = await startStack('kinds');
  try {
    return {
      name: 'kinds',
      figures: [
        await commandFigure(stack, options.tasks ?? COMMANDS),
        await handlerFigure(options.rounds ?? HANDLER_ROUNDS),
        await projectsFigure(stack),
      ],
      notes: ['Commands: one round. Floor: the same command and its commit in bash; `node -e 0`.'],
    };
  } finally {
    await stack.stop();
  }
}

async function commandFigure(stack: Stack, tasks: number): Promise<Figure> {
  const { client } = stack;
  const folder = await makeFolder('commands');
  try {
    const directory = join(folder.path, 'ours');
    await makeRepository({ directory, tasks: 0, agent: ['/bin/true'] });
    const { id: projectId } = await client.call('addProject', { body: { path: directory } });
    const batch = await client.call('createBatch', {
      body: { name: 'Commands', tasks: Array.from({ length: tasks }, (_, at) => ({ projectId, ...command(at) })) },
    });
    await stack.start(batch.id);
    const ours = perTaskMs(await stack.finish(batch.id));
    const bare = join(folder.path, 'bare');
    await makeRepository({ directory: bare, tasks: 0, agent: ['/bin/true'] });
    const floor = (await timed('bash', ['-c', LOOP], { cwd: bare, env: { TASKS: String(tasks) } })) / tasks;
    const target = { of: 'ratio', atMost: 5 } as const;
    const metric = `per task, ${tasks} custom-commands`;
    return { metric, unit: 'ms', ours, floor, target, rounds: [ours], floorRounds: [floor] };
  } finally {
    await folder.dispose();
  }
}

function command(at: number) {
  const args = ['-c', 'echo x >"out-$0.txt"', String(at)];
  return { kind: 'custom-command', params: { command: '/bin/sh', args } };
}

/** Until a module is loaded and has said what it defines. */
async function handlerFigure(rounds: number): Promise<Figure> {
  const folder = await makeFolder('handler');
  try {
    const module = join(folder.path, 'handler.mjs');
    const text =
      "import { defineTaskHandler } from 'nightloom';\nexport const a = defineTaskHandler({ kind: 'a', run: () => ({ success: true }) });\n";
    await writeFile(module, text);
    const input = JSON.stringify({ action: 'check', modules: [module], kind: 'a', params: {} });
    const at = { cwd: folder.path, env: { NODE_COMPILE_CACHE: join(folder.path, 'cache') }, input };
    await timed(process.execPath, [PROGRAM], at);
    const [ours, floor]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round += 1) {
      floor.push(await timed(process.execPath, ['-e', '0'], { cwd: folder.path, env: {} }));
      ours.push(await timed(process.execPath, [PROGRAM], at));
    }
    const target = { of: 'value', atMost: 150 } as const;
    const metric = 'start of a handler’s process';
    return { metric, unit: 'ms', ours: median(ours), floor: median(floor), target, rounds: ours, floorRounds: floor };
  } finally {
    await folder.dispose();
  }
}

/** All at once, ten of them at work; each must find itself in its own project and nowhere else. */
async function projectsFigure({ client }: Stack): Promise<Figure> {
  const folder = await makeFolder('projects');
  try {
    await client.call('setLanes', { body: { background: PROJECTS } });
    const projects: string[] = [];
    for (let at = 0; at < PROJECTS; at += 1) {
      const directory = join(folder.path, `project-${at}`);
      await makeRepository({ directory, tasks: 0, agent: ['/bin/true'] });
      projects.push((await client.call('addProject', { body: { path: directory } })).id);
    }
    const startedAt = performance.now();
    const wanted = projects.flatMap((projectId) => Array.from({ length: TASKS_EACH }, () => projectId));
    const script = { command: '/bin/sh', args: ['-c', 'echo "$NIGHTLOOM_PROJECT_ID $(basename "$PWD")"'] };
    const made = await Promise.all(
      wanted.map((projectId) =>
        client.call('runTask', { body: { projectId, kind: 'custom-command', params: script } }),
      ),
    );
    for (const [index, { id }] of made.entries()) await seen(client, id, wanted[index] ?? '');
    const ours = performance.now() - startedAt;
    const metric = `${made.length} tasks of ${PROJECTS} projects at once`;
    return { metric, unit: 'ms', ours, floor: null, target: null, rounds: [ours], floorRounds: [] };
  } finally {
    await folder.dispose();
  }
}

async function seen(client: Stack['client'], id: string, projectId: string): Promise<void> {
  for (;;) {
    const { status, result, failure } = await client.call('getTask', { params: { id } });
    if (status === 'failed' || status === 'cancelled') throw new Error(`${id} ${status}: ${failure?.message ?? ''}`);
    if (status === 'completed') {
      const said = JSON.stringify(result);
      if (said.includes(`${projectId} ${projectId}`)) return;
      throw new Error(`${id} of ${projectId} found itself elsewhere: ${said}`);
    }
    await sleep(200);
  }
}

async function timed(
  program: string,
  args: readonly string[],
  place: { readonly cwd: string; readonly env: Readonly<Record<string, string>>; readonly input?: string },
): Promise<number> {
  const startedAt = performance.now();
  await new Promise<void>((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: place.cwd,
      env: { ...process.env, ...place.env },
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${program} ended with ${code}.`))));
    child.stdin.end(place.input ?? '');
  });
  return performance.now() - startedAt;
}
