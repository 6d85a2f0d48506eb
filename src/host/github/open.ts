/** A connection to the repository of a project on GitHub, with the project's own token. */
import { AppError } from '../../contracts/errors.ts';
import type { GithubSettings } from '../../contracts/github-settings.ts';
import type { ProjectId } from '../../contracts/ids.ts';
import { openGit } from '../git/git.ts';
import { connectGithub } from './connection.ts';
import type { Connection } from './connection.ts';
import { findCredential } from './credentials.ts';
import { checkApiUrl, parseRepository, repositoryOfRemote } from './repository.ts';
import type { RepositoryName } from './repository.ts';

/** Which project asks, and where its token may be. */
export interface GithubProject {
  readonly id: ProjectId;
  readonly name: string;
  /** Top of the user's checkout. */
  readonly checkout: string;
  readonly settings: GithubSettings;
  /** Of the host worker. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The remote that is fetched from and pushed to. */
export const REMOTE = 'origin';

/**
 * Connects; nothing is sent yet.
 * @throws AppError github_not_configured, github_needs_login, invalid_settings (the address of the API)
 */
export async function openGithub(
  project: GithubProject,
  options: { readonly now: () => number; readonly signal?: AbortSignal },
): Promise<Connection> {
  const { id, name, checkout, settings, environment } = project;
  const { apiUrl, repository } = await githubPlace(checkout, settings);
  const { tokenVariable } = settings;
  const { token } = await findCredential({ checkout, project: id, projectName: name, tokenVariable, environment });
  return await connectGithub({ apiUrl, repository, token, userAgent: 'nightloom', ...options });
}

/**
 * Where a project is on GitHub, as its settings and its remote say.
 * @throws AppError github_not_configured, invalid_settings (the address of the API)
 */
export async function githubPlace(
  checkout: string,
  settings: Pick<GithubSettings, 'apiUrl' | 'repository'>,
): Promise<{ readonly apiUrl: string; readonly repository: RepositoryName }> {
  const apiUrl = checkApiUrl(settings.apiUrl);
  return { apiUrl, repository: await repositoryOf(checkout, settings.repository, apiUrl) };
}

async function repositoryOf(checkout: string, said: string | null, apiUrl: string): Promise<RepositoryName> {
  if (said !== null) {
    const named = parseRepository(said);
    if (named !== null) return named;
  }
  const { exitCode, stdout } = await openGit(checkout).ask(['remote', 'get-url', REMOTE]);
  const found = exitCode === 0 ? repositoryOfRemote(stdout, apiUrl) : null;
  if (found !== null) return found;
  throw new AppError(
    'github_not_configured',
    `The remote "${REMOTE}" of ${checkout} is no repository at ${new URL(apiUrl).hostname}, and github.repository is not set.`,
  );
}
