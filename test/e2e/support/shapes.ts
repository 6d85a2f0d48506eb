/** The keys of the documents that `--json` prints, written out: programs depend on them. */

const SUMMARY = [
  'id',
  'name',
  'status',
  'hold',
  'project',
  'branch',
  'projects',
  'counts',
  'startedAt',
  'completedAt',
  'costUsd',
  'next',
  // Beyond what was asked for:
  'createdAt',
  'recordedAt',
  'onFailure',
  'notes',
  'lane',
  'deletedAt',
];

/** A batch in `batch list`. */
export const SUMMARY_KEYS = SUMMARY.toSorted();

/** The one batch object. */
export const BATCH_KEYS = [...SUMMARY, 'forecast', 'limits', 'tasks'].toSorted();

/** A task in it. */
export const TASK_KEYS = [
  'id',
  'name',
  'project',
  'kind',
  'status',
  'attempts',
  'agent',
  'commit',
  'salvageRef',
  'failure',
  'verified',
  'verification',
  'waits',
  'durationMs',
  'costUsd',
  // Beyond what was asked for:
  'projectId',
  'batchId',
  'step',
  'stage',
  'after',
  'whenNeededFailed',
  'deniedTools',
  'notes',
  'startedAt',
  'completedAt',
].toSorted();

/** A verification command of a task. */
export const CHECK_KEYS = ['command', 'exitCode', 'passed', 'baseline', 'timedOut', 'durationMs'].toSorted();

/** `status --json` always has these. */
export const STATUS_KEYS = [
  'healthy',
  'url',
  'pid',
  'processes',
  'temporalAddress',
  'temporalPid',
  'temporalUiUrl',
  'home',
  'version',
];
