/** How the stand-in shows what it knows, in the shapes that GitHub documents. */
import type { RepositoryState, StoredComment, StoredIssue, StoredPull } from './state.ts';

/** A branch that is gone leaves its pull request where it was. */
export function headOf(state: RepositoryState, issue: StoredIssue): string {
  const head = issue.pull?.head ?? '';
  const ref = `refs/pull/${issue.number}/head`;
  const isHere = issue.pull?.headRepository === `${state.owner}/${state.name}`;
  if (isHere && state.hasBranch(head)) state.git(['update-ref', ref, state.sha(head)]);
  return state.git(['rev-parse', ref]);
}

/** A person. */
export const userView = (login: string): unknown => ({ login, type: login.endsWith('[bot]') ? 'Bot' : 'User' });
/** Labels. */
export const labelViews = (labels: readonly string[]): unknown[] => labels.map((name) => ({ name, color: 'ededed' }));

function association(state: RepositoryState, login: string): string {
  if (login === state.owner) return 'OWNER';
  const permission = state.permissions.get(login) ?? 'none';
  return permission === 'none' ? 'NONE' : permission === 'read' ? 'CONTRIBUTOR' : 'COLLABORATOR';
}

/** The repository. */
export function repositoryView(state: RepositoryState, url: string): unknown {
  return {
    full_name: `${state.owner}/${state.name}`,
    default_branch: state.defaultBranch,
    private: true,
    html_url: `${url}/${state.owner}/${state.name}`,
    clone_url: state.directory,
    permissions: { admin: false, push: true, pull: true },
  };
}

/** An issue. */
export function issueView(state: RepositoryState, issue: StoredIssue, url: string): unknown {
  const { number: id, title, body, login, labels, created_at, updated_at, closed_at } = issue;
  return {
    number: id,
    title,
    body,
    state: issue.state,
    closed_at,
    user: userView(login),
    author_association: association(state, login),
    labels: labelViews(labels),
    created_at,
    updated_at,
    html_url: `${url}/${state.owner}/${state.name}/issues/${id}`,
    ...(issue.pull === null ? {} : { pull_request: { url: `${url}/repos/${state.owner}/${state.name}/pulls/${id}` } }),
  };
}

/** A comment. */
export function commentView(state: RepositoryState, comment: StoredComment, url: string): unknown {
  const { id, body, login, created_at, updated_at } = comment;
  const place = `${state.owner}/${state.name}`;
  return {
    id,
    body,
    user: userView(login),
    author_association: association(state, login),
    created_at,
    updated_at,
    issue_url: `${url}/repos/${place}/issues/${comment.issue}`,
    html_url: `${url}/${place}/issues/${comment.issue}#issuecomment-${id}`,
  };
}

/** A pull request. */
export function pullView(state: RepositoryState, issue: StoredIssue, pull: StoredPull, url: string): unknown {
  const { number: id, title, body, login, labels, created_at, updated_at } = issue;
  const place = `${state.owner}/${state.name}`;
  return {
    number: id,
    title,
    body,
    state: issue.state,
    draft: pull.draft,
    merged: pull.merged,
    user: userView(login),
    author_association: association(state, login),
    labels: labelViews(labels),
    created_at,
    updated_at,
    head: { ref: pull.head, sha: headOf(state, issue), repo: { full_name: pull.headRepository } },
    base: { ref: pull.base, sha: state.sha(pull.base), repo: { full_name: place } },
    html_url: `${url}/${place}/pull/${id}`,
  };
}

/** A review. */
export function reviewView({ id, login, body, event, commit_id }: StoredPull['reviews'][number]): unknown {
  return { id, body, user: userView(login), state: event === 'COMMENT' ? 'COMMENTED' : event, commit_id };
}
