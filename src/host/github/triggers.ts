/** Which issues, pull requests and comments ask for work: by label or first word, of people who may write. */
import { z } from 'zod';
import type { GithubSettings } from '../../contracts/github-settings.ts';
import type { GithubTrigger } from '../../contracts/host-door-github.ts';
import type { Connection } from './connection.ts';
import { issueOf, lastLabelling, mayWrite, permissionOf, readPull } from './reads.ts';
import type { Comment, Issue } from './reads.ts';
import { cleanText, shorten } from './text.ts';
import { isOurs } from './writes.ts';

const ReviewSchema = z.object({ body: z.string().nullish() });
const MAX_NAME = 80;

/** What an issue or pull request asks for; null: nothing. @throws AppError github_* */
export async function triggerOfIssue(
  github: Connection,
  settings: GithubSettings,
  issue: Issue,
): Promise<GithubTrigger | null> {
  const { number, labels } = issue;
  if (labels.some((label) => settings.skipLabels.includes(label))) return null;
  if (issue.state === 'closed') return triggerOfClosed(settings, issue);
  const label = labels.find((each) => settings.triggerLabels.includes(each));
  if (label === undefined) return null;
  const labelling = await lastLabelling(github, number, label);
  if (labelling === null || !(await mayTrigger(github, settings, labelling.login))) return null;
  const name = `#${number} ${shorten(cleanText(issue.title).text, MAX_NAME)}`;
  const rank = rankOf(settings, labels);
  if (issue.pull_request === undefined) {
    return { key: `label:${labelling.id}`, kind: 'process-issue', params: { issueNumber: number }, name, rank };
  }
  const { head } = await readPull(github, number);
  const action = (await wasReviewed(github, number)) ? 'synchronize' : 'opened';
  const params = { prNumber: number, action };
  return { key: `pull:${number}:${head.sha}:${labelling.id}`, kind: 'process-pr', params, name, rank };
}

/** A pull request that was worked on, or waits for it: whoever closed it could do so, and nothing is written but labels. */
function triggerOfClosed(settings: GithubSettings, issue: Issue): GithubTrigger | null {
  const { number, closed_at: closedAt, labels } = issue;
  if (issue.pull_request === undefined || closedAt == null) return null;
  const ours = [...settings.triggerLabels, settings.workingLabel];
  if (!labels.some((label) => ours.includes(label))) return null;
  const name = `#${number} closed: ${shorten(cleanText(issue.title).text, MAX_NAME)}`;
  const params = { prNumber: number, action: 'closed' };
  return { key: `closed:${number}:${closedAt}`, kind: 'process-pr', params, name, rank: 0, ends: number };
}

/** What a comment asks for; null: nothing. @throws AppError github_* */
export async function triggerOfComment(
  github: Connection,
  settings: GithubSettings,
  comment: Comment,
): Promise<GithubTrigger | null> {
  const { id, body, user } = comment;
  if (isOurs(body) || !beginsWith(cleanText(body).text, settings.commentTrigger)) return null;
  if (!(await mayTrigger(github, settings, user.login))) return null;
  const number = issueOf(comment);
  return {
    key: `comment:${id}`,
    kind: 'process-comment',
    params: { issueNumber: number, comment: { id } },
    name: `#${number} comment ${id}`,
    rank: settings.priorities.length,
  };
}

/** With nothing but white space around it: `/nightloomx` is another word. */
function beginsWith(text: string, word: string): boolean {
  return text.trimStart().split(/\s/, 1)[0]?.toLowerCase() === word.toLowerCase();
}

async function mayTrigger(github: Connection, { anyone }: GithubSettings, login: string): Promise<boolean> {
  return anyone || mayWrite(await permissionOf(github, login));
}

async function wasReviewed(github: Connection, number: number): Promise<boolean> {
  const reviews = await github.list(`/pulls/${number}/reviews`, ReviewSchema, `Reading pull request ${number}`, {});
  return reviews.some(({ body }) => isOurs(body ?? ''));
}

/** Place of its most urgent label; without one it comes after all that have one. */
function rankOf({ priorities }: GithubSettings, labels: readonly string[]): number {
  const index = priorities.findIndex((label) => labels.includes(label));
  return index === -1 ? priorities.length : index;
}
