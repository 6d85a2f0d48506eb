/**
 * Every time-out and retry number of our activities, each with its reason. Runs in the workflow sandbox.
 *
 * Host activities share two rules: `heartbeatTimeout` 6 s with a 2 s heartbeat timer on the host, so that a dead worker
 * is noticed in 6 s and never by a long start-to-close time-out; and `scheduleToStartTimeout` 15 min, after which
 * the batch is held as "host offline" instead of waiting silently.
 */
import type { ActivityOptions, LocalActivityOptions } from '@temporalio/workflow';

/** A dead worker is noticed within this. Heartbeats come every 2 s: two may be late. */
const HEARTBEAT_TIMEOUT = '6s';
/** A host that restarts is back in seconds; a laptop that sleeps may be away for hours: then the hold says so. */
const SCHEDULE_TO_START_TIMEOUT = '15m';

/** Reads one row and signs: milliseconds. A locked database is tried for 20 s, then the batch is held. */
export const LOAD_ORDER: LocalActivityOptions = {
  startToCloseTimeout: '5s',
  scheduleToCloseTimeout: '20s',
  retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '3s' },
};

/** One transaction, 2 ms. Short, because a local activity holds its workflow task open; the recorder tries again by timer. */
export const RECORD: LocalActivityOptions = {
  startToCloseTimeout: '3s',
  scheduleToCloseTimeout: '4s',
  retry: { initialInterval: '100ms', backoffCoefficient: 2, maximumInterval: '1s' },
};

/** The last record of a run is awaited: nobody repeats it afterwards, so it is tried for ever. */
export const FINAL_RECORD: ActivityOptions = {
  startToCloseTimeout: '10s',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '30s' },
};

/** Setup and baseline have time-outs of their own, per command; a day is the bound for all of them together. */
export const PREPARE: ActivityOptions = {
  startToCloseTimeout: '24h',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  scheduleToStartTimeout: SCHEDULE_TO_START_TIMEOUT,
  cancellationType: 'TRY_CANCEL',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s', maximumAttempts: 20 },
};

/**
 * Sets the tree right and launches. Big repositories take seconds; two minutes cover a cold disk. Twenty attempts with
 * back-off to 30 s are more patient than five creation retries of 2 to 10 s.
 */
export const START: ActivityOptions = {
  startToCloseTimeout: '2m',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  scheduleToStartTimeout: SCHEDULE_TO_START_TIMEOUT,
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '30s', maximumAttempts: 20 },
};

/**
 * Only ever re-attaches, so it may be tried for ever: a stopping worker spends an attempt of the activity, never one of
 * the task. 30 days bound it formally; the run's own time-out is what ends it. Interrupting it lets go of the run at
 * once (`TRY_CANCEL`); `endAgent` ends it.
 */
export const WATCH: ActivityOptions = {
  startToCloseTimeout: '30 days',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  scheduleToStartTimeout: SCHEDULE_TO_START_TIMEOUT,
  cancellationType: 'TRY_CANCEL',
  retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '10s' },
};

/** SIGTERM, grace, SIGKILL and the search for what escaped take up to 30 s. Never given up: P5 depends on it. */
export const END: ActivityOptions = {
  startToCloseTimeout: '2m',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '15s' },
};

/** The commands have their own time-outs and are runs: a repeated call only re-attaches. */
export const VERIFY: ActivityOptions = { ...WATCH, startToCloseTimeout: '2 days' };

/** git with hooks: hooks may take minutes. Busy locks are waited for; a rejected commit is a result, not an error. */
export const COMMIT: ActivityOptions = {
  startToCloseTimeout: '30m',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  scheduleToStartTimeout: SCHEDULE_TO_START_TIMEOUT,
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '30s', maximumAttempts: 20 },
};

/** Fetches, and sets a tree up as {@link PREPARE} does. */
export const CHECKOUT: ActivityOptions = { ...PREPARE };

/** A push and a few requests, each looked up before it is made again. A limit that lasts holds the batch. */
export const RESPOND: ActivityOptions = { ...COMMIT, cancellationType: 'TRY_CANCEL' };

/** Asks Temporal about some workflows: read-only, a second or two when it is busy. */
export const DESCRIBE: ActivityOptions = {
  startToCloseTimeout: '20s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s' },
};

/** One signal-with-start; asked for again by a timer of the batch, so that it need not be tried for ever. */
export const REQUEST_LANE: ActivityOptions = {
  startToCloseTimeout: '10s',
  scheduleToCloseTimeout: '60s',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '10s' },
};
