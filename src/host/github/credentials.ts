/**
 * With whose token a project talks to GitHub. It is read where it is used, on the host, each time anew: no settings
 * file, work order or workflow ever carries it.
 */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../contracts/errors.ts';
import type { ProjectId } from '../../contracts/ids.ts';

/** A project's credential file, below its checkout: `{"githubToken": "..."}`. */
export const CREDENTIAL_FILE = '.nightloom/credentials.json';

/** Whose token is wanted. */
export interface CredentialRequest {
  /** Top of the user's checkout. */
  readonly checkout: string;
  readonly project: ProjectId;
  readonly projectName: string;
  /** `github.tokenVariable`; null: none is named. */
  readonly tokenVariable: string | null;
  /** Of the process that asks. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A token. */
export interface Credential {
  /** Secret. */
  readonly token: string;
  /** Where it comes from, for people: a variable's name or the file's path. */
  readonly source: string;
}

const MAX_BYTES = 16 * 1024;
const FileSchema = z.object({ githubToken: z.string().trim().min(1).max(1000).optional() });

/**
 * The first of: the variable that the settings name, the project's credential file, `GITHUB_TOKEN_<PROJECT>` (by name,
 * then by id, in capitals with `_` for everything else), `GITHUB_TOKEN`, `GH_TOKEN`.
 * @throws AppError github_needs_login when there is none, or the one that is named or written down cannot be used
 */
export async function findCredential(request: CredentialRequest): Promise<Credential> {
  const { tokenVariable, environment } = request;
  if (tokenVariable !== null) {
    const token = valueOf(environment, tokenVariable);
    if (token !== null) return { token, source: tokenVariable };
    throw refused(`github.tokenVariable names ${tokenVariable}, which is not set where the host worker runs`);
  }
  const written = await readCredentialFile(join(request.checkout, CREDENTIAL_FILE));
  if (written !== null) return written;
  for (const name of variablesOf(request)) {
    const token = valueOf(environment, name);
    if (token !== null) return { token, source: name };
  }
  throw refused(`There is no token: neither ${CREDENTIAL_FILE} nor ${variablesOf(request).join(', ')}`);
}

/** Variables that may hold the project's token, strongest first. */
function variablesOf({ project, projectName }: CredentialRequest): string[] {
  const suffixes = [projectName, project].map((text) => text.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_'));
  return [...suffixes.map((suffix) => `GITHUB_TOKEN_${suffix}`), 'GITHUB_TOKEN', 'GH_TOKEN'];
}

function valueOf(environment: Readonly<Record<string, string>>, name: string): string | null {
  return environment[name]?.trim() || null;
}

/** Rights and content are those of the file that was opened; a link in its place is not followed. */
async function readCredentialFile(path: string): Promise<Credential | null> {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (isMissing(error)) return null;
    throw refused(`${path} cannot be opened as a file`);
  }
  try {
    const { mode, uid, size } = await file.stat();
    const own = process.getuid?.();
    if (own !== undefined && uid !== own) throw refused(`${path} belongs to another user`);
    if ((mode & 0o077) !== 0) throw refused(`${path} can be read by others: chmod 600 ${path}`);
    if (size > MAX_BYTES) throw refused(`${path} is too large`);
    const parsed = FileSchema.safeParse(parseJson(await file.readFile('utf8')));
    // What is wrong is not quoted: it may be the token.
    if (!parsed.success) throw refused(`${path} is not of the form {"githubToken": "..."}`);
    const { githubToken } = parsed.data;
    return githubToken === undefined ? null : { token: githubToken, source: path };
  } finally {
    await file.close();
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

function refused(reason: string): AppError {
  return new AppError('github_needs_login', `${reason}.`);
}
