/** What a task is called when whoever makes it gives it no name. */
import type { TaskKind } from './vocabulary.ts';

/** Names are one line of at most this many characters. */
export const MAX_TASK_NAME = 100;

/** Name of a task by its kind and parameters: for people, not unique, one line. */
export function taskNameOf(kind: TaskKind, params: Readonly<Record<string, unknown>>): string {
  const said = (key: string): string => {
    const value = params[key];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  switch (kind) {
    case 'custom-command':
      return oneLine([said('command'), ...textsOf(params['args'])].join(' '), kind);
    case 'claude-cli':
      return oneLine(said('instructions'), kind);
    case 'generate':
      return oneLine(`generate: ${said('description')}`, kind);
    case 'story-edit':
      return oneLine(`edit ${said('storyId')}`, kind);
    case 'process-issue':
      return `issue #${said('issueNumber')}`;
    case 'process-comment':
      return `comment on #${said('issueNumber')}`;
    case 'process-pr':
      return `pull request #${said('prNumber')} ${said('action')}`.trim();
    case 'requirement':
      return oneLine(said('requirementName'), kind);
    case 'refine':
      return kind;
    default:
      return kind;
  }
}

/** `text` as one line without control characters; `otherwise` when nothing is left. */
export function oneLine(text: string, otherwise: string): string {
  const line = text
    .slice(0, 4 * MAX_TASK_NAME)
    .replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  if (line === '') return otherwise;
  return line.length <= MAX_TASK_NAME ? line : `${line.slice(0, MAX_TASK_NAME - 3)}...`;
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}
