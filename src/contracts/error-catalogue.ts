/**
 * The one catalogue of errors. A code decides its category, and the category decides everything else: HTTP status,
 * exit code, whether Temporal retries. "The agent failed" is a result and is not in here; "we could not run the agent" is.
 */
import { BACKGROUND_ERRORS } from './background-errors.ts';
import { GITHUB_ERRORS } from './github-errors.ts';
import { WEBHOOK_ERRORS } from './webhook-errors.ts';

/** What a category of errors means for each edge of the system. */
export const CATEGORIES = {
  input: { http: 400, exit: 2, retryable: false },
  not_found: { http: 404, exit: 4, retryable: false },
  conflict: { http: 409, exit: 5, retryable: false },
  environment: { http: 503, exit: 6, retryable: false },
  limit: { http: 429, exit: 7, retryable: false },
  transient: { http: 503, exit: 8, retryable: true },
  cancelled: { http: 409, exit: 130, retryable: false },
  internal: { http: 500, exit: 70, retryable: false },
} as const;
/** One of the keys of {@link CATEGORIES}. */
export type ErrorCategory = keyof typeof CATEGORIES;

/** Exit code when the stack cannot be reached. */
export const EXIT_UNREACHABLE = 3;
/** Exit code when everything was done but some task failed. */
export const EXIT_TASK_FAILED = 1;

interface CatalogueRow {
  readonly category: ErrorCategory;
  /** The fact, in general. */
  readonly summary: string;
  /** What to do next. */
  readonly hint: string;
}

const row = (category: ErrorCategory, summary: string, hint: string): CatalogueRow => ({ category, summary, hint });

/** code -> what it means and what to do. `docs/errors.md` is generated from this table. */
export const ERRORS = {
  invalid_input: row('input', 'The request has mistakes.', 'Correct the fields that the details name.'),
  invalid_settings: row(
    'input',
    'The settings have mistakes.',
    'Correct the keys that the details name, then run `nightloom config`.',
  ),
  ambiguous_name: row('input', 'The name fits several things.', 'Use one of the ids that the details list.'),
  not_a_repository: row(
    'input',
    'The folder is not inside a git repository.',
    'Run `git init`, or name another folder with --project.',
  ),
  no_commit: row(
    'input',
    'The repository has no commit yet.',
    'Make a first commit: `git commit --allow-empty -m "Start"`.',
  ),
  nothing_to_do: row(
    'input',
    'There is nothing to run.',
    'Write requirement files into .claude/commands, or name some.',
  ),
  requirement_invalid: row(
    'input',
    'The requirement file cannot be used.',
    'See the details: it must be a non-empty UTF-8 Markdown file of at most 1 MB.',
  ),
  unknown_kind: row(
    'input',
    'There is no such kind of task.',
    "Use one of the kinds that the details list; the project's own come from `handlers` in its configuration.",
  ),
  requirement_name_invalid: row(
    'input',
    'The requirement name cannot be used.',
    'Use the file name without .md; no path separators and no leading dot.',
  ),
  project_not_found: row('not_found', 'No such project.', 'See `nightloom project list`.'),
  batch_not_found: row('not_found', 'No such batch.', 'See `nightloom batch list`.'),
  task_not_found: row('not_found', 'No such task.', 'See `nightloom task list`.'),
  requirement_not_found: row('not_found', 'No such requirement.', 'See .claude/commands in the project.'),
  ...BACKGROUND_ERRORS,
  ...WEBHOOK_ERRORS,
  run_not_found: row(
    'not_found',
    'This attempt left no run directory here.',
    'See `nightloom task show` for the attempts that exist.',
  ),
  diff_not_found: row(
    'not_found',
    'There is no change to show.',
    'See `nightloom task show`: a task without commit and without kept work has none.',
  ),
  route_not_found: row('not_found', 'No such route.', 'See /openapi.json.'),
  requirement_exists: row(
    'conflict',
    'There is a requirement of that name already.',
    'Take another name, or edit the one that is there: `nightloom requirement show`.',
  ),
  requirement_changed: row(
    'conflict',
    'The requirement file was changed meanwhile.',
    'Look at it as it is now, then send the change again with its sha256.',
  ),
  undo_refused: row(
    'conflict',
    'What was changed has been changed again since.',
    'Nothing was undone; see `nightloom requirement show` for the file as it is now.',
  ),
  already_queued: row(
    'conflict',
    'The requirement is already queued in a batch.',
    'See `nightloom batch show` of the batch that the details name.',
  ),
  already_done: row(
    'conflict',
    'The requirement was already done, on a branch that is not delivered.',
    'Merge that branch, or run it again with --again.',
  ),
  illegal_transition: row('conflict', 'That is not possible in the present state.', 'See `nightloom batch show`.'),
  task_running: row('conflict', 'The task is running.', 'Wait until it ends, or cancel it.'),
  superseded: row(
    'conflict',
    'A later command was applied before this one.',
    'See `nightloom batch show` for the state now.',
  ),
  changed_meanwhile: row('conflict', 'It was changed meanwhile.', 'See the details for its present state.'),
  batch_closing: row('conflict', 'The batch is just closing.', 'Try again in a moment.'),
  checkout_dirty: row(
    'conflict',
    'The checkout has uncommitted changes to tracked files.',
    'Commit or stash them, or leave out --in-place.',
  ),
  checkout_in_use: row('conflict', 'Another batch works in this checkout.', 'Wait for it, or leave out --in-place.'),
  detached_head: row(
    'conflict',
    'The checkout is on no branch.',
    'Run `git switch <branch>` first, or leave out --in-place.',
  ),
  left_branch: row(
    'conflict',
    'The workspace is no longer on its branch.',
    'The work is kept; see the report for the commands.',
  ),
  already_claimed: row(
    'conflict',
    'Another attempt holds this task on this host.',
    'Nothing to do: the attempt ends when the other one did.',
  ),
  stack_held: row(
    'conflict',
    'Another process holds this installation.',
    'See `nightloom status`; `nightloom down` ends it.',
  ),
  request_under_way: row('conflict', 'A request with this key is being answered.', 'Send it again a little later.'),
  idempotency_key_reused: row('conflict', 'The key was used for another request.', 'Take a new key for it.'),
  project_busy: row('conflict', 'The project has open batches.', 'Cancel them first.'),
  git_identity_missing: row(
    'environment',
    'git does not know who commits.',
    'Run `git config --global user.name "..."` and `git config --global user.email "..."`.',
  ),
  agent_missing: row(
    'environment',
    'The agent program was not found or cannot be executed.',
    'Install it, or set agent.bin / --agent-bin.',
  ),
  agent_needs_login: row(
    'environment',
    'The agent is not logged in.',
    'Log in with the agent itself (`claude`, then /login), then `nightloom batch resume`.',
  ),
  agent_billing: row(
    'environment',
    'The account of the agent has no credit.',
    'Top up, then `nightloom batch resume`.',
  ),
  project_untrusted: row(
    'environment',
    'The configuration file of the project changed since it was trusted.',
    'Read it, then run `nightloom project trust`.',
  ),
  verify_command_missing: row(
    'environment',
    'A verification command was not found.',
    'Install it or correct `verify`.',
  ),
  setup_failed: row(
    'environment',
    'The setup of the workspace failed.',
    'See the output in the details; correct `setup`, then `nightloom batch resume`.',
  ),
  order_refused: row(
    'environment',
    'The host refused the work order.',
    'Its signature, host or time did not fit: see the details.',
  ),
  state_dir_unusable: row(
    'environment',
    'The state directory cannot be used.',
    'Set NIGHTLOOM_HOME to a folder that you own, with rights 0700.',
  ),
  database_unusable: row(
    'environment',
    'The database cannot be used as it is.',
    'Correct NIGHTLOOM_DATABASE_URL, or have who runs the database repair what the details name.',
  ),
  temporal_binary_missing: row(
    'environment',
    'No Temporal server could be found or fetched.',
    'Put `temporal` on PATH, or set TEMPORAL_ADDRESS or NIGHTLOOM_TEMPORAL_BIN.',
  ),
  temporal_unreachable: row(
    'transient',
    'Temporal does not answer.',
    'See `nightloom status`; the embedded server is started again by itself.',
  ),
  temporal_setup_refused: row(
    'environment',
    'The Temporal namespace cannot be used as it is.',
    'Have the namespace or search attributes that the details name made by who runs the Temporal server.',
  ),
  temporal_unknown: row(
    'environment',
    'This Temporal server does not know the open batches.',
    'Correct TEMPORAL_ADDRESS; if their server is lost for good: `nightloom recover --temporal-lost`.',
  ),
  service_refused: row(
    'environment',
    'The service manager refused.',
    'See the output; without a service `nightloom up` starts the stack.',
  ),
  node_missing: row(
    'environment',
    'Node 24 was not installed with the package.',
    'Run `npm ci` with install scripts allowed for the package `node`.',
  ),
  port_taken: row(
    'environment',
    'The port is taken by another program.',
    'Set another port, or leave it out: a free one is taken.',
  ),
  disk_low: row('environment', 'The disk is nearly full.', 'Free some space: `nightloom prune`.'),
  repository_gone: row(
    'environment',
    'The repository of the project is no longer there.',
    'Put it back, or `nightloom project remove`.',
  ),
  workspace_broken: row(
    'environment',
    'The workspace cannot be used.',
    'See the details; `nightloom batch resume` makes a new one.',
  ),
  branch_taken: row('environment', 'The branch is checked out elsewhere.', 'Free it, or give the batch another name.'),
  commit_rejected: row('environment', 'git refused the commit.', 'See the hook output in the details.'),
  unauthorized: row('input', 'The token is missing or wrong.', 'Use the token that `nightloom token` prints.'),
  host_not_allowed: row(
    'input',
    'The Host header is not one of ours.',
    'Use the address that `nightloom status` prints.',
  ),
  origin_not_allowed: row(
    'input',
    'The request comes from a page that is not ours.',
    'Use the dashboard at the address that `nightloom status` prints.',
  ),
  too_many_requests: row('limit', 'Too many requests in a short time.', 'Wait a moment, then send it again.'),
  no_worker: row(
    'transient',
    'No worker answered in time.',
    'The command may still be applied; see `nightloom status`.',
  ),
  host_offline: row('transient', 'The host does not answer.', 'Start it: `nightloom up`.'),
  git_busy: row('transient', 'Another git process holds a lock.', 'It is tried again by itself.'),
  requirements_busy: row('transient', 'Another process is changing requirement files.', 'Try again in a moment.'),
  database_busy: row('transient', 'The database is busy.', 'It is tried again by itself.'),
  database_unreachable: row(
    'transient',
    'The database does not answer.',
    'See `nightloom status`; it is tried again by itself.',
  ),
  not_ready: row('transient', 'A part that every answer needs is missing.', 'See `nightloom status`.'),
  run_lost: row('transient', 'A helper process died before it could report.', 'It is tried again by itself.'),
  ...GITHUB_ERRORS,
  stack_unreachable: row('transient', 'The stack cannot be reached.', 'Start it: `nightloom up`.'),
  cancelled: row('cancelled', 'It was cancelled.', 'Nothing to do.'),
  internal: row(
    'internal',
    'A mistake in Nightloom itself.',
    'Please report it with the details; `logs/control.log` in the state directory (`nightloom status`) has them.',
  ),
} as const satisfies Record<string, CatalogueRow>;

/** Every error code. */
export type ErrorCode = keyof typeof ERRORS;

/** True if `text` is a code of the catalogue. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERRORS, text);
}
