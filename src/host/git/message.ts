/** Commit messages: a template of the user's, with our trailers as the last block, which no content can forge. */
import { TRAILERS } from '../../contracts/names.ts';

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

/** What the trailers of a commit say. */
export interface CommitTrailers {
  readonly task: string;
  readonly batch: string;
  readonly attempt: number;
  /** null for kinds without a requirement file. */
  readonly requirement: { readonly name: string; readonly sha256: string } | null;
}

const MAX_CHARACTERS = 10_000;
/** C0 and C1 control characters and the separators that some readers take for line ends. */
const CONTROL = /[\p{Cc}\u2028\u2029]/gu;

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
        return tidy(fields.commitMessage);
      default:
        return whole;
    }
  });
  const message = tidy(filled).slice(0, MAX_CHARACTERS);
  return message === '' ? `Auto-commit: ${fields.requirementName.replace(CONTROL, ' ')}` : message;
}

/** `message` with the trailers as a block of its own at the end: git reads trailers from the last block only. */
export function withTrailers(message: string, trailers: CommitTrailers): string {
  const lines = [
    `${TRAILERS.task}: ${encodeTrailer(trailers.task)}`,
    `${TRAILERS.batch}: ${encodeTrailer(trailers.batch)}`,
    `${TRAILERS.attempt}: ${trailers.attempt}`,
  ];
  if (trailers.requirement !== null) {
    lines.push(
      `${TRAILERS.requirement}: ${requirementTrailer(trailers.requirement.name, trailers.requirement.sha256)}`,
    );
  }
  return `${tidy(message)}\n\n${lines.join('\n')}\n`;
}

/** `<name>@<sha256>` of a requirement, on one line. */
export function requirementTrailer(name: string, sha256: string): string {
  return `${encodeTrailer(name)}@${sha256}`;
}

/** The requirement that a trailer names; null when it is not of our form. */
export function parseRequirementTrailer(value: string): { name: string; sha256: string } | null {
  const found = /^(.+)@([0-9a-f]{64})$/.exec(value.trim());
  if (found === null) return null;
  try {
    return { name: decodeURIComponent((found[1] ?? '').replace(/%(?![0-9A-F]{2})/g, '%25')), sha256: found[2] ?? '' };
  } catch {
    return null;
  }
}

/** Control characters, `%` and a leading blank as percent codes; everything else as it is, so that names stay readable. */
function encodeTrailer(value: string): string {
  return value.replaceAll('%', '%25').replace(CONTROL, encodeURIComponent).replace(/^\s/u, encodeURIComponent);
}

function tidy(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\t\n]/gu, '')
    .replace(/[ \t]+$/gm, '')
    .trim();
}
