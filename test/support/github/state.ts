/**
 * What the stand-in of GitHub knows: one repository with its people, issues and pull requests. The field names are
 * those of the REST API (https://docs.github.com/en/rest), because they are sent as they are.
 */
import { execFileSync } from 'node:child_process';

/** What a person may do, as `GET .../collaborators/{user}/permission` says it. */
export type Permission = 'admin' | 'write' | 'read' | 'none';

/** A comment of an issue or a pull request. */
export interface StoredComment {
  readonly id: number;
  readonly issue: number;
  readonly login: string;
  body: string;
  readonly created_at: string;
  updated_at: string;
}

/** A label that was put on an issue: what the timeline keeps of it. */
export interface StoredEvent {
  readonly id: number;
  readonly event: 'labeled' | 'unlabeled';
  readonly login: string;
  readonly label: string;
  readonly created_at: string;
}

/** An issue; with `pull`, a pull request. */
export interface StoredIssue {
  readonly number: number;
  title: string;
  body: string | null;
  state: 'open' | 'closed';
  readonly login: string;
  labels: string[];
  readonly events: StoredEvent[];
  readonly created_at: string;
  updated_at: string;
  closed_at: string | null;
  readonly pull: StoredPull | null;
}

/** What only a pull request has. */
export interface StoredPull {
  readonly head: string;
  readonly base: string;
  /** `owner/name` of the repository that the head is in. */
  readonly headRepository: string;
  readonly draft: boolean;
  merged: boolean;
  readonly reviews: { id: number; login: string; body: string; event: string; commit_id: string }[];
}

/** One repository. All methods are what a person would do in the browser. */
export class RepositoryState {
  readonly owner: string;
  readonly name: string;
  /** Bare repository that is this one's git side. */
  readonly directory: string;
  readonly defaultBranch = 'main';
  readonly issues: StoredIssue[] = [];
  readonly comments: StoredComment[] = [];
  readonly permissions = new Map<string, Permission>();
  /** Whose token is used: writes are by this person. */
  readonly bot = 'night-bot';
  #nextId = 1000;
  #nowMs: () => number;

  constructor(owner: string, name: string, directory: string, nowMs: () => number) {
    this.owner = owner;
    this.name = name;
    this.directory = directory;
    this.#nowMs = nowMs;
    this.permissions.set(owner, 'admin');
    this.permissions.set(this.bot, 'write');
  }

  /** A new issue. */
  openIssue(issue: { title: string; body?: string | null; login?: string; labels?: readonly string[] }): StoredIssue {
    return this.#open({ body: null, login: this.owner, ...issue }, null);
  }

  /** A new pull request from a branch that exists in the git repository. */
  openPull(pull: {
    title: string;
    head: string;
    base?: string;
    body?: string | null;
    login?: string;
    labels?: readonly string[];
    draft?: boolean;
    headRepository?: string;
  }): StoredIssue {
    const { head, base = this.defaultBranch, draft = false, headRepository = `${this.owner}/${this.name}` } = pull;
    const made = this.#open(
      { body: null, login: this.owner, ...pull },
      { head, base, draft, headRepository, merged: false, reviews: [] },
    );
    this.git(['update-ref', `refs/pull/${made.number}/head`, this.sha(head)]);
    return made;
  }

  /** A new comment. */
  comment(issue: number, login: string, body: string): StoredComment {
    const now = this.#now();
    const made = { id: this.#id(), issue, login, body, created_at: now, updated_at: now };
    this.comments.push(made);
    this.issue(issue).updated_at = now;
    return made;
  }

  /** Puts labels on; those that are there already stay as they are. */
  label(number: number, login: string, ...labels: readonly string[]): void {
    const issue = this.issue(number);
    for (const label of labels.filter((each) => !issue.labels.includes(each))) {
      issue.labels.push(label);
      issue.events.push({ id: this.#id(), event: 'labeled', login, label, created_at: this.#now() });
    }
    issue.updated_at = this.#now();
  }

  /** Takes a label off. */
  unlabel(number: number, login: string, label: string): void {
    const issue = this.issue(number);
    if (!issue.labels.includes(label)) return;
    issue.labels = issue.labels.filter((each) => each !== label);
    issue.events.push({ id: this.#id(), event: 'unlabeled', login, label, created_at: this.#now() });
    issue.updated_at = this.#now();
  }

  /** Changes the text of an issue. */
  edit(number: number, change: { title?: string; body?: string; state?: 'open' | 'closed' }): void {
    const issue = this.issue(number);
    Object.assign(issue, change, { updated_at: this.#now() });
    if (change.state !== undefined) issue.closed_at = change.state === 'closed' ? this.#now() : null;
  }

  /** The issue or pull request; throws when there is none. */
  issue(number: number): StoredIssue {
    const found = this.issues.find((issue) => issue.number === number);
    if (found === undefined) throw new Error(`The stand-in has no issue ${number}.`);
    return found;
  }

  /** Bodies of the comments of one issue, oldest first. */
  bodies(number: number): string[] {
    return this.comments.filter((comment) => comment.issue === number).map((comment) => comment.body);
  }

  /** Where a branch is in the git repository. */
  sha(branch: string): string {
    return this.git(['rev-parse', '--verify', `refs/heads/${branch}`]);
  }

  /** True if the git repository has the branch. */
  hasBranch(branch: string): boolean {
    return this.git(['for-each-ref', '--format=%(refname)', `refs/heads/${branch}`]) !== '';
  }

  /** Output of plain git in the bare repository. */
  git(args: readonly string[]): string {
    return execFileSync('git', [...args], { cwd: this.directory, encoding: 'utf8', stdio: 'pipe' }).trim();
  }

  /** A new id, larger than all before. */
  newId(): number {
    return this.#id();
  }

  #open(
    issue: { title: string; body: string | null; login: string; labels?: readonly string[] },
    pull: StoredPull | null,
  ): StoredIssue {
    const now = this.#now();
    const made: StoredIssue = {
      number: this.issues.length + 1,
      title: issue.title,
      body: issue.body,
      state: 'open',
      login: issue.login,
      labels: [],
      events: [],
      created_at: now,
      updated_at: now,
      closed_at: null,
      pull,
    };
    this.issues.push(made);
    this.label(made.number, issue.login, ...(issue.labels ?? []));
    return made;
  }

  #id(): number {
    this.#nextId += 1;
    return this.#nextId;
  }

  /** Whole seconds, as GitHub has them. */
  #now(): string {
    return new Date(Math.floor(this.#nowMs() / 1000) * 1000).toISOString().replace('.000Z', 'Z');
  }
}
