/** Refusals that have a reason per task: workflows know ids, people names. */
import { AppError, withDetails } from '../../contracts/errors.ts';
import type { ErrorCode } from '../../contracts/error-catalogue.ts';
import { isId } from '../../contracts/ids.ts';
import type { Refusal } from '../../domain/commands.ts';

/** Name of a task by its id; undefined: nobody knows it. */
export type NameOf = (id: string) => string | undefined;

/** The error of a refusal, with `details.tasks` [{task, name, reason}] when it has reasons per task. */
export function refusalError(refusal: Refusal, nameOf: NameOf): AppError {
  return new AppError(refusal.code, refusal.message, { details: namedDetails(refusal.details ?? {}, nameOf) });
}

/** The same for a refusal that came as an error of the workflow; everything else is given back as it is. */
export function withTaskNames(error: unknown, nameOf: NameOf): unknown {
  if (!AppError.is(error)) return error;
  const details = namedDetails(error.details, nameOf);
  return details === error.details ? error : withDetails(error, details);
}

/** A refusal with these reasons by task id. */
export function refuseTasks(
  code: ErrorCode,
  message: string,
  reasons: Record<string, string>,
  nameOf: NameOf,
): AppError {
  return refusalError({ code, message, details: reasons }, nameOf);
}

function namedDetails(details: Readonly<Record<string, unknown>>, nameOf: NameOf): Readonly<Record<string, unknown>> {
  const reasons = Object.entries(details).filter(([key, value]) => isId('task', key) && typeof value === 'string');
  if (reasons.length === 0) return details;
  const others = Object.entries(details).filter(([key]) => !isId('task', key));
  const tasks = reasons.map(([task, reason]) => ({ task, name: nameOf(task) ?? null, reason }));
  return { ...Object.fromEntries(others), tasks };
}
