/** Which repository on which GitHub: as the settings say it, or as the remote's address does. */
import { AppError } from '../../contracts/errors.ts';

/** A repository as the API names it. */
export interface RepositoryName {
  readonly owner: string;
  readonly name: string;
}

/** Address of the API of github.com. */
export const GITHUB_API = 'https://api.github.com';

const PART = '[A-Za-z0-9_.-]{1,100}';
const FULL_NAME = new RegExp(`^(${PART})/(${PART})$`);
/** `https://host/owner/name(.git)`, `ssh://git@host[:port]/owner/name`, `git@host:owner/name`. */
const REMOTE = new RegExp(
  `^(?:https?://(?:[^@/]*@)?([^/:]+)(?::\\d+)?/|ssh://(?:[^@/]*@)?([^/:]+)(?::\\d+)?/|(?:[^@/:]*@)?([^/:]+):)(${PART})/(${PART}?)(?:\\.git)?/?$`,
);

/** `owner/name` taken apart; null when it is none. */
export function parseRepository(text: string): RepositoryName | null {
  const [, owner, name] = FULL_NAME.exec(text.trim()) ?? [];
  if (owner === undefined || name === undefined || /^\.+$/.test(name) || /^\.+$/.test(owner)) return null;
  return { owner, name };
}

/** The repository that a remote's address names, if it is on the host of the API; null otherwise. */
export function repositoryOfRemote(remoteUrl: string, apiUrl: string): RepositoryName | null {
  const [, https, ssh, short, owner, name] = REMOTE.exec(remoteUrl.trim()) ?? [];
  const host = https ?? ssh ?? short;
  if (host?.toLowerCase() !== webHost(apiUrl) || owner === undefined || name === undefined) return null;
  return parseRepository(`${owner}/${name}`);
}

/**
 * The API's address, without a slash at its end.
 * @throws AppError invalid_settings when it is neither https nor on this machine: a token would be sent in the open
 */
export function checkApiUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const loopback = url !== null && /^(?:127(?:\.\d+){3}|localhost|\[::1\])$/.test(url.hostname);
  const allowed = url?.protocol === 'https:' || (url?.protocol === 'http:' && loopback);
  if (url !== null && allowed && url.username === '' && url.search === '') return url.href.replace(/\/+$/, '');
  throw new AppError('invalid_settings', `github.apiUrl ${JSON.stringify(text)} is not an https address.`, {
    details: { fields: [{ path: 'github.apiUrl', message: 'must be https, or http on this machine' }] },
  });
}

/** Host of the pages and of git: `api.github.com` is the one case in which it is another than the API's. */
function webHost(apiUrl: string): string {
  const { hostname } = new URL(apiUrl);
  return hostname === 'api.github.com' ? 'github.com' : hostname.replace(/^api\.(?=[^.]+\.ghe\.com$)/, '');
}
