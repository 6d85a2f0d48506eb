/** What background tasks, their results and the inbox can meet; rows of the catalogue of errors. */
export const BACKGROUND_ERRORS = {
  change_not_found: {
    category: 'not_found',
    summary: 'There is nothing to undo under that token.',
    hint: 'Changes of requirement files can be undone for 30 days.',
  },
  inbox_entry_not_found: {
    category: 'not_found',
    summary: 'No such entry in the inbox.',
    hint: 'See `nightloom inbox --all`.',
  },
} as const;
