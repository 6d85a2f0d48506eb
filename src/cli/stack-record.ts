/** The stack's own record, `<home>/stack.json`, as `up` writes it: where it listens and which processes it is. */
import { readFile } from 'node:fs/promises';
import { isAlive } from './process-identity.ts';

/** One process of the stack. */
export interface RecordedProcess {
  readonly role: string;
  readonly pid: number;
  readonly startTime: string;
}

/** The record. */
export interface StackRecord {
  /** API and control process. */
  readonly pid: number;
  readonly startTime: string;
  readonly url: string;
  readonly version: string;
  readonly temporalAddress: string | null;
  readonly temporalUiUrl: string | null;
  readonly temporalPid: number | null;
  readonly processes: readonly RecordedProcess[];
  /** Names (never values) of the credential variables that were set where the stack was started; null when not said. */
  readonly credentials: readonly string[] | null;
}

/** The record at `file`; null if there is none or it cannot be read as one (a stack of another version may write it). */
export async function readStackRecord(file: string): Promise<StackRecord | null> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return null;
  }
  return parseStackRecord(parsed);
}

/** `value` as a record; null if it is none. */
export function parseStackRecord(value: unknown): StackRecord | null {
  if (!isFields(value)) return null;
  const { pid, startTime, url } = value;
  if (typeof pid !== 'number' || typeof url !== 'string') return null;
  return {
    pid,
    startTime: startTimeText(startTime),
    url,
    version: textOrNull(value['version']) ?? 'unknown',
    temporalAddress: textOrNull(value['temporalAddress']),
    temporalUiUrl: textOrNull(value['temporalUiUrl']),
    temporalPid: typeof value['temporalPid'] === 'number' ? value['temporalPid'] : null,
    processes: listOf(value['processes']).flatMap(recordedProcess),
    credentials: Array.isArray(value['credentials'])
      ? listOf(value['credentials']).filter((name) => typeof name === 'string')
      : null,
  };
}

/** True if the recorded control process is still that process, by its start time. */
export async function isRecordAlive(record: Pick<StackRecord, 'pid' | 'startTime'>): Promise<boolean> {
  return isAlive(record.pid, record.startTime);
}

function recordedProcess(value: unknown): RecordedProcess[] {
  if (!isFields(value)) return [];
  const { role, pid, startTime } = value;
  if (typeof role !== 'string' || typeof pid !== 'number') return [];
  return [{ role, pid, startTime: startTimeText(startTime) }];
}

function startTimeText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
