/** What the host door does with requirement files: change sets that happen as a whole, and their undoing. Free of zod. */

/**
 * One change of a requirement file. `expectedSha256` is what the caller last saw; null: whatever it is now. Names are
 * those of files below `.claude/commands` without `.md`; a name is at most once in a change set.
 */
export type RequirementChange =
  | { readonly kind: 'create'; readonly name: string; readonly text: string }
  | {
      readonly kind: 'edit';
      readonly name: string;
      readonly text: string;
      readonly expectedSha256: string | null;
    }
  | {
      readonly kind: 'rename';
      readonly name: string;
      readonly to: string;
      readonly expectedSha256: string | null;
    }
  | { readonly kind: 'delete'; readonly name: string; readonly expectedSha256: string | null };

/** Changes that happen all or not at all. */
export interface RequirementChangeRequest {
  /** Made by the caller; the same id again does nothing twice. {@link isChangeId} says what it may look like. */
  readonly id: string;
  /** 1 to {@link MAX_CHANGES}. */
  readonly changes: readonly RequirementChange[];
}

/** Most changes of one set. */
export const MAX_CHANGES = 500;

/** A file of a change set, as sha256 of its bytes; null: not there. */
export interface ChangedRequirement {
  readonly name: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** A change set that was applied, or (`undone`) taken back. */
export interface RequirementChangeSet {
  /** Undoes it. */
  readonly id: string;
  readonly undone: boolean;
  readonly files: readonly ChangedRequirement[];
}

/** The part of the host door that changes requirement files. Crash-safe: a change that was begun is finished or undone. */
export interface RequirementChangeDoor {
  /**
   * Applies a change set: existing files keep their mode, links are refused, nothing outside of the checkout is reached.
   * @throws AppError requirement_name_invalid, requirement_invalid, requirement_not_found, requirement_exists,
   * requirement_changed, invalid_input (a name twice, an id used for something else), requirements_busy. With several
   * mistakes `details.requirements` [{name, code, message, sha256}] has them all.
   */
  changeRequirements(projectPath: string, request: RequirementChangeRequest): Promise<RequirementChangeSet>;
  /**
   * Takes a change set back, as a whole. Again: the same answer.
   * @throws AppError change_not_found, undo_refused (a file was changed since), requirements_busy
   */
  undoRequirements(projectPath: string, id: string): Promise<RequirementChangeSet>;
}

/** True for what the id of a change set may look like: it names a folder. */
export function isChangeId(text: string): boolean {
  return /^[a-z0-9][a-z0-9-]{7,63}$/.test(text);
}
