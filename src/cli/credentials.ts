/** Whether the agent will find the credentials that this shell has: compares names of variables, never values. */
import type { StackRecord } from './stack-record.ts';

/** Variables that carry or locate a login of the agent. `up` records which of them were set when it was started. */
const CREDENTIAL_VARIABLES = [
  'ANTHROPIC_API_KEY',
  'ANTHROPIC_AUTH_TOKEN',
  'CLAUDE_CODE_OAUTH_TOKEN',
  'CLAUDE_CONFIG_DIR',
] as const;

/** Sentences about credentials that only this shell or only the stack has; none if the record does not say. */
export function credentialWarnings(
  environment: Readonly<Record<string, string>>,
  record: Pick<StackRecord, 'credentials'> | null,
): string[] {
  const theirs = record?.credentials;
  if (theirs === null || theirs === undefined) return [];
  return CREDENTIAL_VARIABLES.flatMap((name) => {
    const here = (environment[name] ?? '') !== '';
    const there = theirs.includes(name);
    if (here === there) return [];
    return here
      ? [
          `${name} is set in this shell, but not where the stack was started: agents will not see it (nightloom down, then run again).`,
        ]
      : [`${name} is not set in this shell, but the stack was started with it: agents will use it.`];
  });
}
