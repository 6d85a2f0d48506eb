/** What a handler is handed. Runs in the handler's own process; a part that cannot be had throws only when it is used. */
import { handlerEvents } from './handler-events.ts';
import type { RunOrder } from './protocol.ts';
import { SAID } from './protocol.ts';
import { projectState } from './project-state.ts';
import type { Components, GithubClient, TaskContext, TaskLogger } from './sdk.ts';

const MAX_STAGE = 60;
const MAX_MESSAGE = 500;

/** Says something to whoever watches the run. */
export function say(what: object): void {
  process.stdout.write(`${SAID}${JSON.stringify(what)}\n`);
}

/** The context of a task. */
export function handlerContext(order: RunOrder, token: string | null, signal: AbortSignal): TaskContext {
  const { project, workspace, temporaryDirectory } = order;
  return {
    projectPath: workspace,
    project,
    components: components(order, token, signal),
    events: handlerEvents(order.eventsFile),
    credentials: { githubToken: token },
    temporaryDirectory,
    signal,
    progress: (stage, message) =>
      say({ stage: String(stage).slice(0, MAX_STAGE), message: String(message).slice(0, MAX_MESSAGE) }),
  };
}

function components(order: RunOrder, token: string | null, signal: AbortSignal): Components {
  let github: GithubClient | null = null;
  const state = projectState(order.stateDirectory);
  const logger = taskLogger({ project: order.project.id, task: order.task.id });
  return {
    get github() {
      github ??= githubClient(order, token, signal);
      return github;
    },
    config: order.config,
    state,
    logger,
  };
}

/** The client is loaded at the first request. */
function githubClient({ github }: RunOrder, token: string | null, signal: AbortSignal): GithubClient {
  if (token === null) throw new Error('components.github: there is no GitHub token for this project.');
  if ('problem' in github) throw new Error(`components.github: ${github.problem}`);
  const { apiUrl, repository } = github;
  const client = import('../../github/handler-client.ts').then(({ handlerGithub }) =>
    handlerGithub({ apiUrl, repository, token, signal }),
  );
  // Whoever awaits a request hears of it.
  client.catch(() => undefined);
  return { repository, request: async (route, parameters = {}) => (await client).request(route, parameters) };
}

function taskLogger(ids: object): TaskLogger {
  const log =
    (level: string) =>
    (message: string, facts: object = {}): void => {
      const time = new Date().toISOString();
      process.stdout.write(`${JSON.stringify({ level, time, ...ids, message: String(message), ...facts })}\n`);
    };
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
}
