/** What we read of issues, comments and pull requests. Shapes: https://docs.github.com/en/rest */
import { z } from 'zod';
import { AppError } from '../../contracts/errors.ts';
import type { Connection } from './connection.ts';

const UserSchema = z.object({ login: z.string(), type: z.string().optional() });
/** Accounts that were deleted are null. */
const Author = UserSchema.nullable().transform((user) => user ?? { login: 'ghost' });
const Labels = z
  .array(z.union([z.string(), z.object({ name: z.string().nullish() })]))
  .transform((labels) => labels.flatMap((label) => (typeof label === 'string' ? [label] : (label.name ?? []))));
const text = z
  .string()
  .nullish()
  .transform((body) => body ?? '');

/** An issue or a pull request, as lists of issues have both. */
export const IssueSchema = z.object({
  number: z.int(),
  title: z.string(),
  body: text,
  state: z.enum(['open', 'closed']),
  user: Author,
  author_association: z.string().default('NONE'),
  labels: Labels,
  updated_at: z.string(),
  closed_at: z.string().nullish(),
  html_url: z.string(),
  /** Present if it is a pull request. */
  pull_request: z.object({}).optional(),
});
/** An issue. */
export type Issue = z.output<typeof IssueSchema>;

/** A comment of an issue or a pull request. */
export const CommentSchema = z.object({
  id: z.int(),
  body: text,
  user: Author,
  author_association: z.string().default('NONE'),
  created_at: z.string(),
  updated_at: z.string(),
  issue_url: z.string(),
  html_url: z.string(),
});
/** A comment. */
export type Comment = z.output<typeof CommentSchema>;

const BranchSchema = z.object({
  ref: z.string(),
  sha: z.string(),
  /** null when the fork was deleted. */
  repo: z.object({ full_name: z.string() }).nullable(),
});

/** A pull request. */
export const PullSchema = z.object({
  number: z.int(),
  title: z.string(),
  body: text,
  state: z.enum(['open', 'closed']),
  draft: z.boolean().default(false),
  merged: z.boolean().optional(),
  user: Author,
  author_association: z.string().default('NONE'),
  labels: Labels,
  updated_at: z.string(),
  html_url: z.string(),
  head: BranchSchema,
  base: BranchSchema,
});
/** A pull request. */
export type Pull = z.output<typeof PullSchema>;

const EventSchema = z.object({
  id: z.int(),
  event: z.string(),
  actor: UserSchema.nullish(),
  label: z.object({ name: z.string() }).optional(),
});

const RepositorySchema = z.object({ full_name: z.string(), default_branch: z.string(), html_url: z.string() });
const PermissionSchema = z.object({ permission: z.string() });

/** More than this of a discussion is not read; the newest count. */
const MAX_COMMENTS = 1000;
/** Characters of a diff that are read: an agent has the branch itself. */
const MAX_DIFF = 200_000;

/** The repository. @throws AppError github_* */
export function readRepository(github: Connection): Promise<z.output<typeof RepositorySchema>> {
  return github.get('', RepositorySchema, 'Reading the repository');
}

/** One issue (or the issue side of a pull request). @throws AppError github_* */
export function readIssue(github: Connection, number: number): Promise<Issue> {
  return github.get(`/issues/${number}`, IssueSchema, `Reading issue ${number}`);
}

/** Its discussion, oldest first. @throws AppError github_* */
export function readDiscussion(github: Connection, number: number): Promise<Comment[]> {
  return github.list(`/issues/${number}/comments`, CommentSchema, `Reading issue ${number}`, {}, MAX_COMMENTS);
}

/** One comment. @throws AppError github_* */
export function readComment(github: Connection, id: number): Promise<Comment> {
  return github.get(`/issues/comments/${id}`, CommentSchema, `Reading comment ${id}`);
}

/** One pull request. @throws AppError github_* */
export function readPull(github: Connection, number: number): Promise<Pull> {
  return github.get(`/pulls/${number}`, PullSchema, `Reading pull request ${number}`);
}

/** Its change as a patch, cut to 200,000 characters. @throws AppError github_* */
export async function readPullDiff(github: Connection, number: number): Promise<string> {
  const accept = 'application/vnd.github.diff';
  return (await github.getText(`/pulls/${number}`, accept, `Reading pull request ${number}`)).slice(0, MAX_DIFF);
}

/** Who put `label` on last, and the number of that event; null when nobody did. @throws AppError github_* */
export async function lastLabelling(
  github: Connection,
  number: number,
  label: string,
): Promise<{ readonly id: number; readonly login: string } | null> {
  const events = await github.list(`/issues/${number}/events`, EventSchema, `Reading issue ${number}`, {});
  const last = events.findLast((event) => event.event === 'labeled' && event.label?.name === label);
  return last === undefined ? null : { id: last.id, login: last.actor?.login ?? 'ghost' };
}

/** Number of the issue that a comment belongs to. @throws AppError github_unreachable when the address is unknown */
export function issueOf(comment: Pick<Comment, 'issue_url'>): number {
  const number = Number(/\/(\d+)$/.exec(comment.issue_url)?.[1]);
  if (Number.isSafeInteger(number)) return number;
  throw new AppError('github_unreachable', `A comment names no issue: ${comment.issue_url.slice(0, 200)}.`);
}

/**
 * What somebody may do: `admin`, `write`, `read` or `none`. Somebody whom GitHub does not know may do nothing.
 * @throws AppError github_*; github_forbidden when the token may not ask
 */
export async function permissionOf(github: Connection, login: string): Promise<string> {
  try {
    const path = `/collaborators/${encodeURIComponent(login)}/permission`;
    return (await github.get(path, PermissionSchema, `Asking what ${login} may do`)).permission;
  } catch (error) {
    if (AppError.is(error, 'github_not_found')) return 'none';
    throw error;
  }
}

/** Whether that permission lets somebody change the repository. */
export function mayWrite(permission: string): boolean {
  return permission === 'admin' || permission === 'write' || permission === 'maintain';
}
