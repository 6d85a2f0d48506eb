/** Reads the settings files: the user's and the project's. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import type { SettingsFile } from '../../contracts/settings.ts';
import { checkSettingsFile } from './settings-mistakes.ts';
import type { SettingsMistake } from './settings-mistakes.ts';

/** Names under which a project file is looked for at the checkout's top level; only one may be there. */
const PROJECT_FILE_NAMES = ['nightloom.config.json', 'nightloom.config.yaml', 'nightloom.config.yml'] as const;

const MAX_BYTES = 256 * 1024;

/** A settings file that was found. */
export interface ReadSettings {
  readonly path: string;
  /** null when it has mistakes. */
  readonly content: SettingsFile | null;
  /** Hex digest of its bytes. */
  readonly sha256: string;
}

/** The file at `path`, or null if there is none; mistakes in it are added to `mistakes`. */
export async function readSettingsFile(path: string, mistakes: SettingsMistake[]): Promise<ReadSettings | null> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (isMissing(error)) return null;
    mistakes.push({ file: path, path: '', message: `cannot be read: ${messageOf(error)}` });
    return { path, content: null, sha256: sha256(Buffer.alloc(0)) };
  }
  return { path, content: parse(path, bytes, mistakes), sha256: sha256(bytes) };
}

/** The project file of a checkout; null without one. Several of them are a mistake. */
export async function readProjectFile(checkout: string, mistakes: SettingsMistake[]): Promise<ReadSettings | null> {
  const found: ReadSettings[] = [];
  for (const name of PROJECT_FILE_NAMES) {
    const file = await readSettingsFile(join(checkout, name), mistakes);
    if (file !== null) found.push(file);
  }
  for (const extra of found.slice(1)) {
    mistakes.push({ file: extra.path, path: '', message: `there is also ${found[0]?.path ?? ''}; keep one of them` });
  }
  return found[0] ?? null;
}

function parse(path: string, bytes: Buffer, mistakes: SettingsMistake[]): SettingsFile | null {
  const mistake = (message: string): null => {
    mistakes.push({ file: path, path: '', message });
    return null;
  };
  if (bytes.length > MAX_BYTES) return mistake(`has ${bytes.length} bytes; at most ${MAX_BYTES} are read`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return mistake('is not UTF-8');
  }
  if (path.endsWith('.json')) {
    try {
      const value: unknown = JSON.parse(text);
      return checkSettingsFile(value, path, mistakes);
    } catch (error) {
      return mistake(`is not JSON: ${messageOf(error)}`);
    }
  }
  return parseYaml(text, path, mistakes);
}

function parseYaml(text: string, path: string, mistakes: SettingsMistake[]): SettingsFile | null {
  const document = parseDocument(text, { prettyErrors: true });
  for (const error of document.errors) {
    mistakes.push({ file: path, path: '', message: `is not YAML: ${error.message.split('\n')[0] ?? error.code}` });
  }
  if (document.errors.length > 0) return null;
  try {
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    return checkSettingsFile(value, path, mistakes);
  } catch (error) {
    mistakes.push({ file: path, path: '', message: `is not YAML: ${messageOf(error)}` });
    return null;
  }
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
