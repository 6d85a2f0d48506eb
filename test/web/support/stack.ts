/** The real stack for a browser: started as `up` starts it, with a client that holds the token. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createClient } from '../../../src/client/client.ts';
import type { Client } from '../../../src/client/client.ts';
import type { BatchView, ProjectView } from '../../../src/contracts/views.ts';
import { readEnvironment } from '../../../src/platform/environment.ts';
import { sharedCacheDirectory } from '../../../src/temporal/binary.ts';
import { choosePort } from '../../../src/temporal/ports.ts';
import { makeRepository } from '../../support/git-repository.ts';
import { COMPILE_CACHE } from '../../support/compile-cache.ts';
import type { TestRepository } from '../../support/git-repository.ts';
import { giveEvidence } from './evidence.ts';

const UP = fileURLToPath(new URL('../../../src/main/up.ts', import.meta.url));
const WAIT_MS = 60_000;
const POLL_MS = 50;

/** A project and its repository. */
export interface WebProject {
  readonly view: ProjectView;
  readonly repository: TestRepository;
}

/** A stack that a test owns. */
export interface WebStack {
  readonly url: string;
  readonly token: string;
  /** Its state directory. */
  readonly state: string;
  readonly client: Client;
  /** A link that logs a browser in, once. */
  loginLink(path?: string): Promise<string>;
  /** A registered repository; `scripts`: requirement -> what the scripted agent does. `config` adds settings. */
  project(name: string, scripts: Readonly<Record<string, string>>, config?: object): Promise<WebProject>;
  /** A batch of requirements, started unless told otherwise. */
  batch(name: string, project: WebProject, requirements: readonly string[], isStarted?: boolean): Promise<BatchView>;
  /** Waits until the batch is as `wanted` says. */
  until(batch: string, wanted: (batch: BatchView) => boolean): Promise<BatchView>;
  /** Ends API and worker at once, as a crash does; agents go on. */
  crash(): Promise<void>;
  /** Starts them again on the same port. */
  restart(): Promise<void>;
  /** Ends everything and removes it. */
  close(): Promise<void>;
}

/** Text of a requirement that tells the scripted agent what to do. */
function requirement(name: string, script: string): string {
  const title = name.replaceAll('-', ' ');
  return `# ${title.charAt(0).toUpperCase()}${title.slice(1)}\n\nDo it.\n\n\`\`\`script\n${script}\n\`\`\`\n`;
}

/** Starts a stack on the Temporal at `temporalAddress`; null: with its own. */
export async function startWebStack(temporalAddress: string | null): Promise<WebStack> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'nightloom-web-')));
  const [home, state] = [join(root, 'home'), join(root, 'state')];
  await mkdir(home);
  await mkdir(state);
  await chmod(state, 0o700);
  // Where it looks for the port of last time: the usual one may be anybody's while this stack is down.
  await writeFile(join(state, 'stack.json'), JSON.stringify({ url: `http://127.0.0.1:${await choosePort([])}` }));
  const environment = readEnvironment();
  const env = {
    PATH: environment.path,
    HOME: home,
    NIGHTLOOM_HOME: state,
    XDG_CACHE_HOME: dirname(sharedCacheDirectory(environment)),
    ...COMPILE_CACHE,
    ...(temporalAddress === null ? {} : { TEMPORAL_ADDRESS: temporalAddress }),
  };
  const repositories: TestRepository[] = [];
  let up = await startUp(env, state);
  const token = (await readFile(join(state, 'token'), 'utf8')).trim();
  const client = createClient({ baseUrl: up.url, token });
  const until: WebStack['until'] = async (id, wanted) => {
    for (const deadline = performance.now() + WAIT_MS; performance.now() < deadline; await sleep(POLL_MS)) {
      const batch = await client.call('getBatch', { params: { id } });
      if (wanted(batch)) return batch;
    }
    throw new Error(`Waited in vain for batch ${id}.`);
  };
  return {
    url: up.url,
    token,
    state,
    client,
    until,
    loginLink: async (path = '/') => {
      const { code } = await client.call('createSessionCode');
      return `${up.url}${path}#code=${code}`;
    },
    project: async (name, scripts, config = {}) => {
      const files = Object.entries(scripts).map(([each, script]) => [
        `.claude/commands/${each}.md`,
        requirement(each, script),
      ]);
      const settings = JSON.stringify({ agent: { name: 'scripted' }, attempts: 1, ...config });
      const repository = await makeRepository({
        'README.md': `# ${name}\n`,
        'nightloom.config.json': settings,
        ...Object.fromEntries(files),
      });
      repositories.push(repository);
      const view = await client.call('addProject', { body: { path: repository.directory, name } });
      return { view, repository };
    },
    batch: async (name, { view }, requirements, isStarted = true) => {
      const tasks = requirements.map((requirementName) => ({ projectId: view.id, requirementName }));
      const batch = await client.call('createBatch', { body: { name, tasks } });
      if (isStarted) await client.call('startBatch', { params: { id: batch.id } });
      return batch;
    },
    crash: async () => {
      up.child.kill('SIGKILL');
      await up.ended;
    },
    restart: async () => {
      up = await startUp(env, state);
    },
    close: async () => {
      if (up.child.exitCode === null && up.child.signalCode === null) {
        // A failure here must not leave the stack behind.
        const problem = await cancelAll(client).catch((error: unknown) => error);
        up.child.kill('SIGTERM');
        await up.ended;
        if (problem !== undefined) throw problem;
      }
      for (const each of repositories) await each.remove();
      await rm(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** No agent outlives the test. */
async function cancelAll(client: Client): Promise<void> {
  const { items } = await client.call('listBatches', { query: { limit: 500 } });
  const open = items.filter(({ status }) => status !== 'completed' && status !== 'cancelled');
  for (const { id } of open) await client.call('cancelBatch', { params: { id } });
  for (const deadline = performance.now() + WAIT_MS; performance.now() < deadline; await sleep(POLL_MS)) {
    if ((await client.call('status')).running === 0) return;
  }
}

interface Up {
  readonly child: ChildProcess;
  readonly url: string;
  readonly ended: Promise<unknown>;
}

async function startUp(env: Record<string, string>, state: string): Promise<Up> {
  const log = join(state, 'up.log');
  const child = spawn(process.execPath, [UP], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const ended = once(child, 'close');
  child.once(
    'close',
    giveEvidence(() => Promise.resolve(`The stack printed:\n${output}`)),
  );
  for (const deadline = performance.now() + WAIT_MS; performance.now() < deadline; await sleep(POLL_MS)) {
    const url = /is up: (http:\S+)/.exec(output)?.[1];
    if (url !== undefined) return { child, url, ended };
    if (child.exitCode !== null) break;
  }
  await writeFile(log, output);
  child.kill('SIGKILL');
  throw new Error(`The stack did not start:\n${output}`);
}
