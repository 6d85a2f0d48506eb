/**
 * What we write to GitHub, each thing once. Nothing there can be made under a key of ours, so every text carries a
 * hidden marker, and is looked up by it before it is made: who dies between the two finds it the next time.
 */
import { z } from 'zod';
import { AppError } from '../../contracts/errors.ts';
import type { InstallationId, TaskId } from '../../contracts/ids.ts';
import { failpoint } from '../../platform/failpoint.ts';
import type { Connection } from './connection.ts';
import { CommentSchema, PullSchema } from './reads.ts';
import type { Comment, Pull } from './reads.ts';

/** What a text is; together with the task it names the text. */
export type WriteName = 'done' | 'failed' | 'pull' | 'review';

/** Whose text it is. */
export interface Writer {
  readonly installation: InstallationId;
  readonly task: TaskId;
}

/** GitHub's bound for bodies is 65,536 characters; the marker needs room too. */
const MAX_BODY = 60_000;

const Ignored = z.unknown();
const ReviewSchema = z.object({ id: z.int(), body: z.string().nullish() });

/** The marker of a text: an HTML comment that the page does not show. */
function markerOf({ installation, task }: Writer, name: WriteName): string {
  return `<!-- nightloom:${installation}:${task}:${name} -->`;
}

/** Whether somebody's text carries a marker of any installation of ours: our own comments never trigger work. */
export function isOurs(body: string): boolean {
  return /<!-- nightloom:i_[a-z0-9]{10}:t_[a-z0-9]{10}:[a-z]+ -->/.test(body);
}

/** Comments on an issue or pull request; the second time it finds the first one. @throws AppError github_* */
export async function commentOnce(
  github: Connection,
  writer: Writer,
  comment: { readonly issue: number; readonly name: WriteName; readonly body: string },
): Promise<Comment> {
  const { issue, name } = comment;
  const marker = markerOf(writer, name);
  const path = `/issues/${issue}/comments`;
  const known = (await github.list(path, CommentSchema, `Reading issue ${issue}`, {})).find((each) =>
    each.body.includes(marker),
  );
  if (known !== undefined) return known;
  failpoint('github:before-comment');
  const body = withMarker(comment.body, marker);
  const made = await github.write('POST', path, { body }, CommentSchema, `Commenting on issue ${issue}`);
  failpoint('github:after-comment');
  return made;
}

/** What a pull request is opened with. */
export interface NewPull {
  /** Branch of the repository itself. */
  readonly head: string;
  readonly base: string;
  readonly title: string;
  readonly body: string;
}

/**
 * The open pull request of a branch; opened if there is none.
 * @throws AppError github_*; github_refused when the branch holds nothing that the base does not have
 */
export async function pullOnce(github: Connection, writer: Writer, wanted: NewPull): Promise<Pull> {
  const { owner, name } = github.repository;
  const { head, base, title } = wanted;
  const what = `Opening the pull request of ${head}`;
  const query = { state: 'open', head: `${owner}:${head}`, base };
  const here = `${owner}/${name}`.toLowerCase();
  const find = async (): Promise<Pull | undefined> =>
    (await github.list('/pulls', PullSchema, what, query)).find(
      (pull) => pull.head.ref === head && pull.head.repo?.full_name.toLowerCase() === here,
    );
  const known = await find();
  if (known !== undefined) return known;
  failpoint('github:before-pull');
  const body = withMarker(wanted.body, markerOf(writer, 'pull'));
  try {
    const made = await github.write('POST', '/pulls', { head, base, title, body }, PullSchema, what);
    failpoint('github:after-pull');
    return made;
  } catch (error) {
    // GitHub itself allows one per branch: somebody else was faster.
    const other = AppError.is(error, 'github_refused') ? await find() : undefined;
    if (other === undefined) throw error;
    return other;
  }
}

/** Reviews a pull request with a comment, neither approving nor rejecting. @throws AppError github_* */
export async function reviewOnce(
  github: Connection,
  writer: Writer,
  review: { readonly pull: number; readonly commit: string; readonly body: string },
): Promise<{ readonly id: number }> {
  const { pull, commit } = review;
  const marker = markerOf(writer, 'review');
  const path = `/pulls/${pull}/reviews`;
  const what = `Reviewing pull request ${pull}`;
  const known = (await github.list(path, ReviewSchema, what, {})).find((each) => each.body?.includes(marker) === true);
  if (known !== undefined) return known;
  failpoint('github:before-review');
  const body = { body: withMarker(review.body, marker), event: 'COMMENT', commit_id: commit };
  const made = await github.write('POST', path, body, ReviewSchema, what);
  failpoint('github:after-review');
  return made;
}

/** Puts labels on and takes others off; labels that are as they should be cost nothing. @throws AppError github_* */
export async function setLabels(
  github: Connection,
  issue: number,
  present: readonly string[],
  change: { readonly add: readonly string[]; readonly remove: readonly string[] },
): Promise<void> {
  const add = change.add.filter((label) => !present.includes(label));
  const what = `Labelling issue ${issue}`;
  if (add.length > 0) await github.write('POST', `/issues/${issue}/labels`, { labels: add }, Ignored, what);
  failpoint('github:after-label');
  for (const label of change.remove.filter((each) => present.includes(each) && !change.add.includes(each))) {
    await unlabel(github, issue, label, what);
  }
}

/** Deletes a branch; one that is gone is fine. @throws AppError github_* */
export async function deleteBranch(github: Connection, branch: string): Promise<void> {
  const path = `/git/refs/heads/${branch.split('/').map(encodeURIComponent).join('/')}`;
  try {
    await github.write('DELETE', path, {}, Ignored, `Deleting the branch ${branch}`);
  } catch (error) {
    // 422 is GitHub's answer for a branch that does not exist.
    if (!AppError.is(error, 'github_not_found') && !AppError.is(error, 'github_refused')) throw error;
  }
}

async function unlabel(github: Connection, issue: number, label: string, what: string): Promise<void> {
  const path = `/issues/${issue}/labels/${encodeURIComponent(label)}`;
  try {
    await github.write('DELETE', path, {}, Ignored, what);
  } catch (error) {
    if (!AppError.is(error, 'github_not_found')) throw error;
  }
}

function withMarker(body: string, marker: string): string {
  const shown = body.length <= MAX_BODY ? body : `${body.slice(0, MAX_BODY)}\n\n(cut here: the rest is in the report)`;
  return `${shown.trim()}\n\n${marker}`;
}
