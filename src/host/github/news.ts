/** What is new on GitHub since somebody looked last. A look without news costs two requests that do not count (304). */
import { z } from 'zod';
import type { GithubSettings } from '../../contracts/github-settings.ts';
import type { GithubNews, GithubPosition, GithubTrigger } from '../../contracts/host-door-github.ts';
import type { Connection } from './connection.ts';
import { CommentSchema, IssueSchema } from './reads.ts';
import { triggerOfComment, triggerOfIssue } from './triggers.ts';

/** GitHub's largest page. */
const PER_PAGE = 100;
/** Changes that one look reads: pages only, because a hundred issues may have changed within one second. */
const MAX_ITEMS = 1000;

type Found = Pick<GithubNews, 'triggers' | 'position' | 'more'>;

/**
 * Reads issues and comments, oldest change first. What was changed in the very second of the position is
 * read again: keys tell that it is known.
 * @throws AppError github_*
 */
export async function readNews(
  github: Connection,
  settings: GithubSettings,
  position: GithubPosition,
  nowMs: number,
): Promise<Found> {
  const issues = await readChanged(github, '/issues', IssueSchema, {
    // What was closed before anybody looked is nobody's work.
    query: position.issuesSince === null ? { state: 'open' } : { state: 'all', since: position.issuesSince },
    etag: position.issuesEtag,
  });
  const commentsSince = position.commentsSince ?? new Date(nowMs).toISOString();
  const comments = await readChanged(github, '/issues/comments', CommentSchema, {
    query: sinceOf(commentsSince),
    etag: position.commentsEtag,
  });
  const triggers: GithubTrigger[] = [];
  for (const issue of issues?.items ?? []) {
    const trigger = await triggerOfIssue(github, settings, issue);
    if (trigger !== null) triggers.push(trigger);
  }
  for (const comment of comments?.items ?? []) {
    const trigger = await triggerOfComment(github, settings, comment);
    if (trigger !== null) triggers.push(trigger);
  }
  const nextIssues = nextOf(issues, position.issuesSince, position.issuesEtag);
  const nextComments = nextOf(comments, commentsSince, position.commentsEtag);
  return {
    triggers: triggers.toSorted((left, right) => left.rank - right.rank),
    position: {
      issuesSince: nextIssues.since,
      issuesEtag: nextIssues.etag,
      commentsSince: nextComments.since,
      commentsEtag: nextComments.etag,
    },
    more: nextIssues.more || nextComments.more,
  };
}

interface Changed<Item> {
  readonly items: readonly Item[];
  readonly etag: string | null;
}

async function readChanged<Item>(
  github: Connection,
  path: string,
  schema: z.ZodType<Item>,
  { query, etag }: { readonly query: Readonly<Record<string, string>>; readonly etag: string | null },
): Promise<Changed<Item> | null> {
  const order = { sort: 'updated', direction: 'asc', per_page: PER_PAGE };
  const answer = await github.getChanged(path, z.array(schema), 'Asking for news', { ...order, ...query }, etag);
  if (answer === null) return null;
  if (answer.data.length < PER_PAGE) return { items: answer.data, etag: answer.etag };
  const items = await github.list(path, schema, 'Asking for news', { ...order, ...query }, MAX_ITEMS);
  return { items, etag: answer.etag };
}

/** Another `since` is another address, whose ETag nobody knows. */
function nextOf(
  changed: Changed<{ readonly updated_at: string }> | null,
  since: string | null,
  etag: string | null,
): { readonly since: string | null; readonly etag: string | null; readonly more: boolean } {
  if (changed === null) return { since, etag, more: false };
  const last = changed.items.at(-1)?.updated_at ?? since;
  const moved = last !== since;
  return { since: last, etag: moved ? null : changed.etag, more: moved && changed.items.length === MAX_ITEMS };
}

function sinceOf(since: string | null): Readonly<Record<string, string>> {
  return since === null ? {} : { since };
}
