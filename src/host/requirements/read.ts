/** Reads one requirement file of a checkout, contained and bounded. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../contracts/errors.ts';
import type { RequirementInfo } from '../../contracts/host-door.ts';
import { openGit } from '../git/git.ts';
import { classify, MAX_REQUIREMENT_BYTES } from './classify.ts';
import type { Classification } from './classify.ts';
import { gitStates } from './git-states.ts';
import { containedFile, isInside, realOrNull, requirementPath } from './names.ts';

/** A requirement file as it lies there. */
export interface RequirementFile extends Classification {
  readonly name: string;
  /** Bytes of the whole file, also where it is too large. */
  readonly bytes: number;
  /** Content; at most one byte more than a requirement may have. */
  readonly content: Buffer;
}

/**
 * Reads a requirement with its git state.
 * @throws AppError requirement_name_invalid, requirement_not_found, requirement_invalid (empty, too large, not UTF-8), not_a_repository
 */
export async function readRequirement(
  checkout: string,
  name: string,
): Promise<{ info: RequirementInfo; text: string }> {
  const file = await readUsable(checkout, name);
  const states = await gitStates(openGit(checkout), requirementPath(name));
  return { info: infoOf(file, states(requirementPath(name))), text: file.text };
}

/**
 * Reads a requirement that can be run.
 * @throws AppError requirement_name_invalid, requirement_not_found, requirement_invalid
 */
export async function readUsable(checkout: string, name: string): Promise<RequirementFile> {
  const file = await readFileOf(checkout, name);
  if (file === null) {
    throw new AppError('requirement_not_found', `There is no requirement ${JSON.stringify(name)}.`, {
      details: { name, path: requirementPath(name) },
    });
  }
  if (file.problem === null) return file;
  throw new AppError('requirement_invalid', `${requirementPath(name)} cannot be used. ${file.problem}`, {
    details: { name, problem: file.problem },
  });
}

/**
 * Reads a requirement whatever it is; `problem` says what is wrong with it. null when there is no such file.
 * @throws AppError requirement_name_invalid
 */
export async function readFileOf(checkout: string, name: string): Promise<RequirementFile | null> {
  const path = requirementPath(name);
  const [root, real] = await Promise.all([realOrNull(checkout), realOrNull(join(checkout, path))]);
  if (root === null || real === null) return null;
  // Without any link below the checkout, as nearly always, it can lie nowhere else.
  if (real !== join(root, path)) {
    if ((await containedFile(checkout, name)) === null) return null;
    if (!isInside(root, real)) return broken(name, 'It is a link that leads outside the checkout.');
  }
  const read = await readBounded(real, MAX_REQUIREMENT_BYTES + 1);
  if (typeof read === 'string') return broken(name, read);
  const classified = classify(name, read.content);
  return { ...classified, name, bytes: read.bytes, content: read.content };
}

/** What the host door says about a file. */
export function infoOf(file: RequirementFile, gitState: RequirementInfo['gitState']): RequirementInfo {
  const { name, bytes, sha256, title, slashCommandReason, problem } = file;
  return { name, bytes, sha256, title, gitState, slashCommandReason, problem };
}

function broken(name: string, problem: string): RequirementFile {
  return { ...classify(name, Buffer.alloc(0)), name, problem, bytes: 0, content: Buffer.alloc(0) };
}

/** What is in the file, or why that cannot be said. */
async function readBounded(path: string, maxBytes: number): Promise<{ bytes: number; content: Buffer } | string> {
  // To open a pipe would wait for a writer.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => null);
  if (handle === null) return 'It cannot be read.';
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) return 'It is not a file.';
    const { size } = stat;
    const buffer = Buffer.alloc(Math.min(size, maxBytes));
    let filled = 0;
    while (filled < buffer.byteLength) {
      const { bytesRead } = await handle.read(buffer, filled, buffer.byteLength - filled, filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return { bytes: size, content: buffer.subarray(0, filled) };
  } finally {
    await handle.close();
  }
}
