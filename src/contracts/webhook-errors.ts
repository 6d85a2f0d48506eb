/** What webhooks can meet; rows of the catalogue of errors. */
export const WEBHOOK_ERRORS = {
  webhook_not_found: {
    category: 'not_found',
    summary: 'No such webhook.',
    hint: 'See `nightloom webhook list`.',
  },
  delivery_not_found: {
    category: 'not_found',
    summary: 'No such delivery.',
    hint: 'See `nightloom webhook deliveries`; they are kept for 30 days.',
  },
  webhook_changed: {
    category: 'conflict',
    summary: 'The webhook was changed meanwhile.',
    hint: 'Look at it as it is now, then send the change again with its version.',
  },
  webhook_target_refused: {
    category: 'input',
    summary: 'That address may not be called.',
    hint: 'Use https and a public address, or name the host in NIGHTLOOM_WEBHOOK_HOSTS of the processes of the stack.',
  },
} as const;
