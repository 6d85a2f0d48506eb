/** GitHub for a handler of a project: one request at a time, owner and repository filled in. */
import { Octokit } from 'octokit';
import type { RepositoryName } from './repository.ts';

/** Where to, and who asks. */
export interface HandlerGithubOptions {
  readonly apiUrl: string;
  readonly repository: RepositoryName;
  /** Secret. */
  readonly token: string;
  /** Ends every request. */
  readonly signal: AbortSignal;
}

const REQUEST_TIMEOUT_MS = 30_000;
/** Longest wait for a limit, in seconds. */
const MAX_WAIT_S = 60;
const QUIET = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** A client; nothing is sent before the first request. Its errors are Octokit's, without the token. */
export function handlerGithub({ apiUrl, repository, token, signal }: HandlerGithubOptions) {
  const waits = (seconds: number, _request: object, _octokit: object, times: number): boolean =>
    seconds <= MAX_WAIT_S && times < 2;
  const octokit = new Octokit({
    baseUrl: apiUrl,
    auth: token,
    userAgent: 'nightloom-handler',
    log: QUIET,
    throttle: { onRateLimit: waits, onSecondaryRateLimit: waits },
    request: {
      fetch: (url: string, init: RequestInit) =>
        fetch(url, { ...init, signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]) }),
    },
  });
  return {
    request: async (
      route: string,
      parameters: Readonly<Record<string, unknown>>,
    ): Promise<{ readonly status: number; readonly data: unknown }> => {
      const { owner, name } = repository;
      const { status, data } = await octokit.request(route, { owner, repo: name, ...parameters });
      return { status, data };
    },
  };
}

function ignore(): void {}
