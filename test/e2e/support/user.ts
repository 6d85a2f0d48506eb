/** A user at a shell: the real launcher, a home and a state directory of their own, real repositories. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readEnvironment } from '../../../src/platform/environment.ts';
import { sharedCacheDirectory } from '../../../src/temporal/binary.ts';
import { makeRepository } from '../../support/git-repository.ts';
import type { TestRepository } from '../../support/git-repository.ts';

/** The command that a user types. */
export const LAUNCHER = fileURLToPath(new URL('../../../nightloom', import.meta.url));

const COMMAND_TIMEOUT_MS = 90_000;
const POLL_MS = 50;

/** How a command ended. */
export interface Ran {
  /** -1 when a signal ended it. */
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** A command that is still running. */
export interface Running {
  readonly child: ChildProcess;
  /** Waits until standard output or standard error contains `text`. Rejects when the command ends without it. */
  says(text: string): Promise<void>;
  readonly ended: Promise<Ran>;
}

/** Differences from how the user calls commands otherwise. */
export interface CallOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Another path of the launcher. */
  readonly launcher?: string;
}

/** A user of Nightloom. Everything they have lies in one temp directory. */
export interface User {
  readonly root: string;
  readonly home: string;
  /** NIGHTLOOM_HOME. */
  readonly state: string;
  readonly env: Readonly<Record<string, string>>;
  /** Runs a command without a terminal to its end. */
  call(args: readonly string[], options?: CallOptions): Promise<Ran>;
  /** The same, and reads the one document on standard output. Rejects when it is no JSON. */
  json(args: readonly string[], options?: CallOptions): Promise<{ exit: number; doc: unknown; err: string }>;
  start(args: readonly string[], options?: CallOptions): Running;
  /** A repository whose requirements are the given scripts of the scripted agent, all committed. */
  repository(
    scripts: Readonly<Record<string, string>>,
    files?: Readonly<Record<string, string>>,
  ): Promise<TestRepository>;
  /** Ends agents and stack, and removes everything. */
  leave(): Promise<void>;
}

/** A user whose stack uses the Temporal at `temporalAddress`; null: the embedded one. */
export async function makeUser(temporalAddress: string | null): Promise<User> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'nightloom-e2e-')));
  const [home, state] = [join(root, 'home'), join(root, 'state')];
  await mkdir(home);
  const env = userEnvironment(home, state, temporalAddress);
  const repositories: TestRepository[] = [];
  const open = new Set<ChildProcess>();
  const start: User['start'] = (args, options = {}) => {
    const child = spawn(options.launcher ?? LAUNCHER, [...args], {
      cwd: options.cwd ?? root,
      env: { ...env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    open.add(child);
    child.once('close', () => open.delete(child));
    return watch(child);
  };
  const call: User['call'] = async (args, options) => {
    const running = start(args, options);
    const timer = setTimeout(() => running.child.kill('SIGKILL'), COMMAND_TIMEOUT_MS);
    const ran = await running.ended;
    clearTimeout(timer);
    return ran;
  };
  return {
    root,
    home,
    state,
    env,
    call,
    start,
    json: async (args, options) => {
      const { exit, out, err } = await call([...args, '--json'], options);
      return { exit, doc: parse(out, err), err };
    },
    repository: async (scripts, files = {}) => {
      const made = await makeRepository({ 'README.md': '# Test\n', ...requirementFiles(scripts), ...files });
      repositories.push(made);
      return made;
    },
    leave: async () => {
      for (const child of open) child.kill('SIGKILL');
      await call(['down', '--agents']);
      await call(['down']);
      for (const each of repositories) await each.remove();
      await rm(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** PATH is the machine's: npm's own folders, and with them Node 24, are not on it. */
function userEnvironment(home: string, state: string, temporalAddress: string | null): Record<string, string> {
  const environment = readEnvironment();
  const path = environment.path.split(':').filter((folder) => !folder.includes('node_modules'));
  return {
    PATH: ['/usr/local/bin', '/usr/bin', '/bin', ...path].join(':'),
    HOME: home,
    NIGHTLOOM_HOME: state,
    XDG_CACHE_HOME: dirname(sharedCacheDirectory(environment)),
    LC_ALL: 'C.UTF-8',
    ...(temporalAddress === null ? {} : { TEMPORAL_ADDRESS: temporalAddress }),
  };
}

function watch(child: ChildProcess): Running {
  let out = '';
  let err = '';
  let over = false;
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text));
  const ended = new Promise<Ran>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      over = true;
      resolve({ exit: code ?? -1, out, err });
    });
  });
  const says = async (text: string): Promise<void> => {
    while (!`${out}\n${err}`.includes(text)) {
      if (over) throw new Error(`It ended without saying "${text}":\n${out}\n${err}`);
      await sleep(POLL_MS);
    }
  };
  return { child, says, ended };
}

function parse(out: string, err: string): unknown {
  try {
    return JSON.parse(out);
  } catch (cause) {
    throw new Error(`No JSON on standard output: ${out}\n${err}`, { cause });
  }
}

/** Files of requirements: name -> script of the scripted agent. */
function requirementFiles(scripts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(scripts).map(([name, script]) => [`.claude/commands/${name}.md`, requirement(name, script)]),
  );
}

/** Text of a requirement that tells the scripted agent what to do. */
export function requirement(title: string, script: string): string {
  return `# ${title}\n\nDo it.\n\n\`\`\`script\n${script}\n\`\`\`\n`;
}

/** Waits until `look` gives something; rejects after a minute. */
export async function until<Found>(what: string, look: () => Promise<Found | null>): Promise<Found> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (performance.now() > deadline) throw new Error(`Waited for a minute in vain: ${what}`);
    await sleep(POLL_MS);
  }
}
