/** What ideas, and the applying of results, can meet; rows of the catalogue of errors. */
export const IDEA_ERRORS = {
  nothing_to_apply: {
    category: 'conflict',
    summary: 'The task has no result that could be applied.',
    hint: 'See `nightloom background show`: completed tasks of the kinds refine, generate and story-edit have one.',
  },
  apply_conflict: {
    category: 'conflict',
    summary: 'Requirement files are in the way of what was to be applied.',
    hint: 'Choose other items, or apply them all the same with `nightloom background apply --overwrite`.',
  },
  idea_not_found: {
    category: 'not_found',
    summary: 'No such idea.',
    hint: 'See `nightloom idea list`.',
  },
  idea_taken: {
    category: 'conflict',
    summary: 'The idea became a requirement already.',
    hint: 'See `nightloom idea list`; `nightloom idea edit --status idea` takes it back.',
  },
} as const;
