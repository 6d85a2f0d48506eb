/** `<home>/stack.json`: where the stack listens and which processes it is. Written by `up`, read by the CLI. */
import { rm } from 'node:fs/promises';
import { isAlive } from '../host/runs/process-table.ts';
import type { ProcessIdentity } from '../host/runs/process-table.ts';
import { isRecord, readJson, writeJson } from '../host/runs/run-directory.ts';

/** One process of the stack. */
export interface StackProcess extends ProcessIdentity {
  readonly role: 'control' | 'host' | 'temporal';
}

/** The record. */
export interface StackRecord extends ProcessIdentity {
  readonly v: 1;
  readonly url: string;
  readonly home: string;
  readonly version: string;
  readonly temporalAddress: string;
  readonly temporalUiUrl: string | null;
  readonly temporalPid: number | null;
  readonly processes: readonly StackProcess[];
  /** RFC 3339. */
  readonly startedAt: string;
  /** Names, never values, of the credential variables that were set where the stack was started. */
  readonly credentials: readonly string[];
}

/** Credential variables that agents may need. */
const CREDENTIALS = [
  'ANTHROPIC_API_KEY',
  'ANTHROPIC_AUTH_TOKEN',
  'CLAUDE_CODE_OAUTH_TOKEN',
  'CLAUDE_CONFIG_DIR',
] as const;

/** Names of the credential variables that are set in `raw`. */
export function credentialNames(raw: Readonly<Record<string, string>>): string[] {
  return CREDENTIALS.filter((name) => (raw[name] ?? '') !== '');
}

/** Writes the record by rename, 0600. */
export function writeStackRecord(file: string, record: StackRecord): void {
  writeJson(file, record);
}

/** Port that the last stack of this state directory had; null if it left no record. */
export function lastPort(file: string): number | null {
  const value = readJson(file);
  if (!isRecord(value) || typeof value['url'] !== 'string') return null;
  const port = Number(URL.parse(value['url'])?.port);
  return Number.isInteger(port) && port > 0 ? port : null;
}

/** Removes the record, but only if it is ours. */
export async function removeStackRecord(file: string, own: ProcessIdentity): Promise<void> {
  const value = readJson(file);
  if (isRecord(value) && value['pid'] === own.pid && value['startTime'] === own.startTime)
    await rm(file, { force: true });
}

/** True if the recorded process lives. */
export function isStackAlive(file: string): boolean {
  const value = readJson(file);
  if (!isRecord(value)) return false;
  const { pid, startTime } = value;
  return typeof pid === 'number' && typeof startTime === 'string' && isAlive({ pid, startTime });
}
