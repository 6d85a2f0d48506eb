/** The only error class that we throw on purpose; its codes are in `error-catalogue.ts`. */
import { ERRORS } from './error-catalogue.ts';
import type { ErrorCategory, ErrorCode } from './error-catalogue.ts';

/** What an error can carry besides its message. */
export interface AppErrorOptions {
  /** Facts a program can use: file names, candidates, output tails. JSON, never a secret. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
  /** RFC 3339; when trying again makes sense. */
  readonly retryAt?: string;
}

const BRAND = Symbol.for('nightloom.AppError');

/** The only error class we throw on purpose. `message` states the fact, then what is available. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;
  readonly retryAt: string | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
    this.retryAt = options.retryAt;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** The category of its code. */
  get category(): ErrorCategory {
    return ERRORS[this.code].category;
  }

  /** True for an AppError of any copy of this module; with `code`, only for that one. */
  static is(value: unknown, code?: ErrorCode): value is AppError {
    if (typeof value !== 'object' || value === null || !(BRAND in value)) return false;
    return code === undefined || ('code' in value && value.code === code);
  }
}

/** The same error with these details in place of its own; it is the cause of the new one. */
export function withDetails(error: AppError, details: AppError['details']): AppError {
  const { code, message, retryAt } = error;
  return new AppError(code, message, {
    details,
    cause: error,
    ...(retryAt === undefined ? {} : { retryAt }),
  });
}
