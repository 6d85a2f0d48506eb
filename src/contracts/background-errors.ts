/** What background tasks, handlers of a project, their results and the inbox can meet; rows of the catalogue of errors. */
import { IDEA_ERRORS } from './idea-errors.ts';

/** By code; part of `ERRORS`. */
export const BACKGROUND_ERRORS = {
  ...IDEA_ERRORS,
  change_not_found: {
    category: 'not_found',
    summary: 'There is nothing to undo under that token.',
    hint: 'Changes of requirement files can be undone for 30 days.',
  },
  handler_broken: {
    category: 'input',
    summary: 'A handler of the project cannot be loaded.',
    hint: 'Correct the module that `handlers` in its configuration names; `node <module>` shows the whole error.',
  },
  inbox_entry_not_found: {
    category: 'not_found',
    summary: 'No such entry in the inbox.',
    hint: 'See `nightloom inbox --all`.',
  },
} as const;
