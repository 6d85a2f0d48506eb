/** A checkout with a remote: a bare repository, and the stand-in of GitHub in front of it. */
import { join } from 'node:path';
import { connectGithub } from '../../src/host/github/connection.ts';
import type { Connection } from '../../src/host/github/connection.ts';
import { makeRepository } from './git-repository.ts';
import type { TestRepository } from './git-repository.ts';
import { startGithubApi } from './github-api.ts';
import type { GithubApi } from './github-api.ts';

/** What a test of GitHub works with. */
export interface GithubRemote {
  readonly checkout: TestRepository;
  /** Directory of the bare repository. */
  readonly bare: string;
  readonly api: GithubApi;
  /** A connection with the right token, or with another. */
  connect(options?: { readonly token?: string; readonly maxWaitMs?: number }): Promise<Connection>;
  close(): Promise<void>;
}

/** A checkout holding `files` on branch main, pushed to its remote `origin`. */
export async function makeGithubRemote(files?: Readonly<Record<string, string>>): Promise<GithubRemote> {
  const checkout = await makeRepository(files);
  const bare = join(checkout.root, 'remote.git');
  await checkout.git(['clone', '--quiet', '--bare', checkout.directory, bare]);
  await checkout.git(['remote', 'add', 'origin', bare]);
  await checkout.git(['fetch', '--quiet', 'origin']);
  const api = await startGithubApi({ directory: bare });
  return {
    checkout,
    bare,
    api,
    connect: async (options = {}) =>
      await connectGithub({
        apiUrl: api.url,
        repository: { owner: 'octo', name: 'app' },
        token: api.token,
        userAgent: 'nightloom-test',
        now: Date.now,
        ...options,
      }),
    close: async () => {
      await api.close();
      await checkout.remove();
    },
  };
}
