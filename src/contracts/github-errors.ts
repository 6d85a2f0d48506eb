/** What talking to GitHub can meet; rows of the catalogue of errors. */
export const GITHUB_ERRORS = {
  github_needs_login: {
    category: 'environment',
    summary: 'GitHub does not accept the token, or there is none.',
    hint: 'Set GITHUB_TOKEN to a valid token, or give the project its own: docs/github.md.',
  },
  github_forbidden: {
    category: 'environment',
    summary: 'The token may not do that.',
    hint: 'Give the token the permission that the answer of GitHub names.',
  },
  github_not_found: {
    category: 'not_found',
    summary: 'GitHub has no such thing, or the token may not see it.',
    hint: 'Check the name of the repository, and whose token it is.',
  },
  github_refused: {
    category: 'conflict',
    summary: 'GitHub refused the request.',
    hint: 'See its answer in the details.',
  },
  github_replayed: {
    category: 'conflict',
    summary: 'The same delivery of the webhook came before.',
    hint: 'Nothing to do: what it tells of is known.',
  },
  github_limit: {
    category: 'limit',
    summary: 'The rate limit of GitHub is used up.',
    hint: 'Wait until the time that the error names.',
  },
  github_unreachable: {
    category: 'transient',
    summary: 'GitHub does not answer as it should.',
    hint: 'It is tried again by itself.',
  },
  github_not_configured: {
    category: 'input',
    summary: 'No repository on GitHub is known for this project.',
    hint: 'Add a remote on GitHub to the repository: `git remote add origin <address>`.',
  },
} as const;
