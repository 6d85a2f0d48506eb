/** What the door says of news on GitHub. Settings are read anew each time: they are of no batch yet. */
import { requireTrusted } from '../../contracts/project-trust.ts';
import type { GithubSettings } from '../../contracts/github-settings.ts';
import type { GithubAsker, GithubDoor, GithubTrigger } from '../../contracts/host-door-github.ts';
import type { Clock } from '../../platform/clock.ts';
import type { StatePaths } from '../../platform/paths.ts';
import type { Connection } from '../github/connection.ts';
import { readNews } from '../github/news.ts';
import { openGithub } from '../github/open.ts';
import { readComment, readIssue } from '../github/reads.ts';
import { triggerOfComment, triggerOfIssue } from '../github/triggers.ts';
import { resolveSettings } from '../project/settings.ts';

/** What this part works with. */
export interface GithubDoorOptions {
  readonly paths: Pick<StatePaths, 'home'>;
  readonly environment: { readonly raw: Readonly<Record<string, string>> };
  readonly clock: Clock;
}

/** The door's part about GitHub. */
export function githubDoor(options: GithubDoorOptions): GithubDoor {
  const { clock } = options;
  return {
    githubNews: async (project, position) => {
      const settings = await settingsOf(options, project);
      const { intake, pollIntervalMs } = settings;
      if (!intake) return { wanted: false, triggers: [], position, pollIntervalMs, more: false };
      const github = await connect(options, project, settings);
      return { wanted: true, pollIntervalMs, ...(await readNews(github, settings, position, clock.now())) };
    },
    githubLook: async (project, { repository, number, comment }) => {
      const settings = await settingsOf(options, project);
      if (!settings.intake) return [];
      const github = await connect(options, project, settings);
      const { owner, name } = github.repository;
      if (`${owner}/${name}`.toLowerCase() !== repository.toLowerCase()) return [];
      const found: (GithubTrigger | null)[] = [
        await triggerOfIssue(github, settings, await readIssue(github, number)),
        comment === null ? null : await triggerOfComment(github, settings, await readComment(github, comment)),
      ];
      return found.filter((each) => each !== null);
    },
  };
}

async function connect(
  { environment, clock }: GithubDoorOptions,
  { id, name, path }: GithubAsker,
  settings: GithubSettings,
): Promise<Connection> {
  const project = { id, name, checkout: path, settings, environment: environment.raw };
  return await openGithub(project, { now: () => clock.now() });
}

/** A project file that nobody trusts must not say where a token is sent. */
async function settingsOf({ paths }: GithubDoorOptions, project: GithubAsker): Promise<GithubSettings> {
  const { path, settings: dashboard, trustedSha256 } = project;
  const resolved = await resolveSettings({ home: paths.home, checkout: path, dashboard, flags: {} });
  requireTrusted(path, resolved.projectFileSha256, trustedSha256);
  return resolved.settings.github;
}
