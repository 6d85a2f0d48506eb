/** The commit message that a template of the user's makes. The host commits with it, the dashboard shows it beforehand. */

/** What a template can name. */
export interface MessageFields {
  readonly requirementName: string;
  readonly projectName: string;
  readonly branch: string;
  /** RFC 3339. */
  readonly timestamp: string;
  /** The default message, or the agent's own summary; may have several lines. */
  readonly commitMessage: string;
}

const MAX_CHARACTERS = 10_000;
/** C0 and C1 control characters and the separators that some readers take for line ends. */
export const CONTROL = /[\p{Cc}\u2028\u2029]/gu;

/**
 * Fills `{requirementName} {projectName} {branch} {timestamp} {commitMessage}`; anything else in braces stays. Values are
 * put in once and as one line each (but `{commitMessage}`), so none can start another field, line or trailer.
 */
export function renderMessage(template: string, fields: MessageFields): string {
  const filled = template.replace(/\{(\w+)\}/g, (whole, name: string) => {
    switch (name) {
      case 'requirementName':
      case 'projectName':
      case 'branch':
      case 'timestamp':
        return fields[name].replace(CONTROL, ' ');
      case 'commitMessage':
        return tidyMessage(fields.commitMessage);
      default:
        return whole;
    }
  });
  const message = tidyMessage(filled).slice(0, MAX_CHARACTERS);
  return message === '' ? `Auto-commit: ${fields.requirementName.replace(CONTROL, ' ')}` : message;
}

/** Lines without carriage returns, controls and blanks at their ends. */
export function tidyMessage(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\t\n]/gu, '')
    .replace(/[ \t]+$/gm, '')
    .trim();
}
