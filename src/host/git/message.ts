/** Trailers of commit messages: the last block, which no content can forge. */
import { TRAILERS } from '../../contracts/names.ts';
import { CONTROL, tidyMessage } from '../../domain/commit-message.ts';

/** What the trailers of a commit say. */
export interface CommitTrailers {
  readonly task: string;
  readonly batch: string;
  readonly attempt: number;
  /** null for kinds without a requirement file. */
  readonly requirement: { readonly name: string; readonly sha256: string } | null;
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
  return `${tidyMessage(message)}\n\n${lines.join('\n')}\n`;
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
