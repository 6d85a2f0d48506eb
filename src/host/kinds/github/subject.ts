/** An issue or a pull request with its discussion, as it is read when a task begins. */
import type { Connection } from '../../github/connection.ts';
import { readComment, readDiscussion, readIssue, readPull, readPullDiff } from '../../github/reads.ts';
import { cleanText } from '../../github/text.ts';
import { isOurs } from '../../github/writes.ts';
import type { GithubTask } from './github-task.ts';

/** A text that somebody wrote. */
export interface Said {
  /** What it is: `issue`, `comment 12`, `pull request`, `change`. */
  readonly what: string;
  readonly login: string;
  /** Without anything that the page does not show. */
  readonly text: string;
}

/** The branches of a pull request. */
export interface PullBranches {
  readonly head: string;
  readonly sha: string;
  readonly base: string;
  /** False: its head is in a fork, where we cannot write. */
  readonly isOwn: boolean;
}

/** What a task is about. */
export interface Subject {
  readonly number: number;
  readonly title: string;
  readonly state: 'open' | 'closed';
  readonly labels: readonly string[];
  /** Oldest first; the issue itself is the first. */
  readonly said: readonly Said[];
  /** What was taken out of it, for people. */
  readonly hidden: readonly string[];
  /** null: an issue. */
  readonly pull: PullBranches | null;
}

/** Reads it. @throws AppError github_* */
export async function readSubject(github: Connection, task: GithubTask): Promise<Subject> {
  const { number } = task;
  const [issue, comments] = await Promise.all([readIssue(github, number), readDiscussion(github, number)]);
  const pull = issue.pull_request === undefined ? null : await readPull(github, number);
  const hidden: string[] = [];
  const clean = (what: string, text: string): string => {
    const { text: shown, removed } = cleanText(text);
    hidden.push(...removed.map((each) => `${what}: ${each}`));
    return shown.trim();
  };
  const what = pull === null ? 'issue' : 'pull request';
  const said: Said[] = [{ what, login: issue.user.login, text: clean(what, issue.body) }];
  for (const { id, user, body } of comments) {
    const name = `comment ${id}`;
    // The marker of ours is a hidden comment, too.
    said.push({ what: name, login: user.login, text: isOurs(body) ? cleanText(body).text.trim() : clean(name, body) });
  }
  if (task.kind === 'process-comment' && !comments.some(({ id }) => id === task.comment)) {
    // Not in the discussion that is read: too old, or of another issue.
    const { user, body } = await readComment(github, task.comment);
    said.push({ what: `comment ${task.comment}`, login: user.login, text: clean('comment', body) });
  }
  if (task.kind === 'process-pr' && task.action !== 'closed') {
    said.push({ what: 'change', login: issue.user.login, text: clean('change', await readPullDiff(github, number)) });
  }
  const title = clean('title', issue.title);
  const here = `${github.repository.owner}/${github.repository.name}`.toLowerCase();
  const branches =
    pull === null
      ? null
      : {
          head: pull.head.ref,
          sha: pull.head.sha,
          base: pull.base.ref,
          isOwn: pull.head.repo?.full_name.toLowerCase() === here,
        };
  return { number, title, state: issue.state, labels: issue.labels, said, hidden, pull: branches };
}
