/** Translator: errors of activities -> Temporal failures. The category decides whether Temporal tries again. */
import { ApplicationFailure } from '@temporalio/common';
import { CATEGORIES } from '../contracts/error-catalogue.ts';
import { AppError } from '../contracts/errors.ts';

/** Details of failures are cut to this many characters: Temporal keeps 4 kB of a failed activity. */
const MAX_DETAILS = 2000;

type Activity = (...input: never[]) => Promise<unknown>;

/** The same activities, with every {@link AppError} translated. */
export function withFailures<Activities extends Record<keyof Activities, Activity>>(
  activities: Activities,
): Activities {
  const wrapped = Object.entries<Activity>(activities).map(([name, activity]) => [name, translated(activity)]);
  return Object.fromEntries(wrapped);
}

function translated(activity: Activity): Activity {
  return async (...input) => {
    try {
      return await activity(...input);
    } catch (error) {
      if (AppError.is(error)) throw toFailure(error);
      throw isFullDisk(error) ? toFailure(fullDisk(error)) : error;
    }
  };
}

/** Whichever file it was that found no room. */
function isFullDisk(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

function fullDisk(cause: Error): AppError {
  return new AppError('disk_low', `${cause.message}.`, { cause });
}

/** One error as the failure that Temporal records: its type is our code. */
function toFailure(error: AppError): ApplicationFailure {
  const details = JSON.stringify(error.details).slice(0, MAX_DETAILS);
  return ApplicationFailure.create({
    message: error.message,
    type: error.code,
    nonRetryable: !CATEGORIES[error.category].retryable,
    details: [details],
    cause: error,
  });
}
