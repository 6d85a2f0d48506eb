/** What people on GitHub read of us. Markdown. */

/** How the work went. */
export interface DoneFacts {
  /** The agent's last words, masked. */
  readonly text: string;
  readonly commit: string | null;
  readonly pullRequestUrl: string | null;
  /** What was taken out of what the agent was shown. */
  readonly hidden: readonly string[];
}

const MAX_TEXT = 50_000;

/** The comment or review of work that was done. */
export function doneText({ text, commit, pullRequestUrl, hidden }: DoneFacts): string {
  const facts = [
    ...(commit === null ? ['Nothing was changed.'] : [`Commit: ${commit}`]),
    ...(pullRequestUrl === null ? [] : [`Pull request: ${pullRequestUrl}`]),
    ...(hidden.length === 0 ? [] : ['Not shown to the agent, because the page hides it:']),
    ...hidden.map((each) => `- ${code(each)}`),
  ];
  return `${answer(text)}\n\n${facts.join('\n')}`;
}

/** The comment of work that failed. */
export function failedText(failure: { readonly code: string; readonly message: string }): string {
  return `This could not be done: ${code(`${failure.code}: ${failure.message}`)}\n\nNothing was pushed.`;
}

/** The description of a pull request. */
export function pullText({ number, text }: { readonly number: number; readonly text: string }): string {
  return `Closes #${number}.\n\n${answer(text)}`;
}

/** Comments in it would hide what follows, and look like our marker. */
function answer(text: string): string {
  const shown = text.replaceAll('<!--', '&lt;!--').trim().slice(0, MAX_TEXT);
  return shown === '' ? 'The agent said nothing about it.' : shown;
}

/** On one line, and nothing in it is read as Markdown. */
function code(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').replaceAll('`', "'").slice(0, 500);
  return `\`${line}\``;
}
