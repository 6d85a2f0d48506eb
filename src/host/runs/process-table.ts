/**
 * The machine's processes, as far as runs need them: who lives, since when, with which marker. Linux reads `/proc`
 * (proc(5)), macOS asks `ps`. Synchronous: a scan takes a few milliseconds, and what is decided upon it must not age.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { RUN_MARKER_VARIABLE } from '../../contracts/names.ts';

/** A process that cannot be mistaken for a later one with the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Linux: clock ticks since boot; macOS: the start time that `ps` prints, spaces as `_`. Only for comparing. */
  readonly startTime: string;
}

/** One row of the table. */
export interface ProcessRow extends ProcessIdentity {
  readonly parent: number;
  /** Session id on Linux, process group on macOS. */
  readonly session: number;
  /** First 200 characters of the command name; may hold anything. */
  readonly name: string;
}

/** A process with a marker. */
export interface MarkedProcess extends ProcessRow {
  readonly marker: string;
  /** `run`: the program's tree; `shim`: our own shell around it. */
  readonly role: 'run' | 'shim';
}

/** Names the marker of a run in the environment of its shim. */
export const SHIM_MARKER_VARIABLE = 'NIGHTLOOM_SHIM';

const linux = process.platform === 'linux';

/** Identity of the running kernel; changes with every boot. Empty if it cannot be read. */
export function bootId(): string {
  if (linux) return readOrEmpty('/proc/sys/kernel/random/boot_id').trim();
  return runPs('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid']).trim();
}

/** Pid namespace of this process (`pid:[...]`): pids mean something only inside it. `none` where there are none. */
export function pidNamespace(): string {
  if (!linux) return 'none';
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return 'none';
  }
}

/** Start time of a living process; null if there is none, also for a zombie. */
export function startTimeOf(pid: number): string | null {
  if (linux) return readRow(pid)?.startTime ?? null;
  const printed = runPs('/bin/ps', ['-o', 'state=,lstart=', '-p', String(pid)]).trim();
  const match = /^(\S+)\s+(.+)$/.exec(printed);
  return match === null || match[1]?.startsWith('Z') === true ? null : underscored(match[2] ?? '');
}

/** True if exactly this process lives. */
export function isAlive(identity: ProcessIdentity): boolean {
  return identity.startTime !== '' && startTimeOf(identity.pid) === identity.startTime;
}

/** This process. */
export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, startTime: startTimeOf(process.pid) ?? '' };
}

/** All living processes that we may see. */
export function listProcesses(): ProcessRow[] {
  if (!linux) return listWithPs();
  return pidsInProc()
    .map(readRow)
    .filter((row) => row !== null);
}

function pidsInProc(): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid));
}

/**
 * Processes whose marker satisfies `matches`. Those of other users are invisible unless we are root. Without `rows` the
 * environments are looked at first: only what is marked is asked for more, which halves the cost of the usual answer, none.
 */
export function findMarked(matches: (marker: string) => boolean, rows?: readonly ProcessRow[]): MarkedProcess[] {
  if (linux && rows === undefined) return findMarkedInProc(matches);
  const environments = linux ? null : environmentsWithPs();
  const found: MarkedProcess[] = [];
  for (const row of rows ?? listProcesses()) {
    const entries = environments === null ? readOrEmpty(`/proc/${row.pid}/environ`) : (environments.get(row.pid) ?? '');
    const mark = markOf(entries);
    if (mark !== null && matches(mark.marker)) found.push({ ...row, ...mark });
  }
  return found;
}

/** The environment is read again after the row: a pid that changed hands in between is told apart by its own mark. */
function findMarkedInProc(matches: (marker: string) => boolean): MarkedProcess[] {
  const found: MarkedProcess[] = [];
  for (const pid of pidsInProc()) {
    const candidate = markOf(readOrEmpty(`/proc/${pid}/environ`));
    if (candidate === null || !matches(candidate.marker)) continue;
    const row = readRow(pid);
    const mark = markOf(readOrEmpty(`/proc/${pid}/environ`));
    if (row !== null && mark !== null && matches(mark.marker)) found.push({ ...row, ...mark });
  }
  return found;
}

function markOf(environment: string): Pick<MarkedProcess, 'marker' | 'role'> | null {
  if (!environment.includes('NIGHTLOOM_')) return null;
  for (const entry of environment.split('\0')) {
    if (entry.startsWith(`${RUN_MARKER_VARIABLE}=`)) {
      return { marker: entry.slice(RUN_MARKER_VARIABLE.length + 1), role: 'run' };
    }
    if (entry.startsWith(`${SHIM_MARKER_VARIABLE}=`)) {
      return { marker: entry.slice(SHIM_MARKER_VARIABLE.length + 1), role: 'shim' };
    }
  }
  return null;
}

function readRow(pid: number): ProcessRow | null {
  const stat = readOrEmpty(`/proc/${pid}/stat`);
  const nameEnd = stat.lastIndexOf(')');
  if (nameEnd === -1) return null;
  const [state, parent, , session, ...rest] = stat.slice(nameEnd + 2).split(' ');
  const startTime = rest[15];
  if (startTime === undefined || state === 'Z' || state === 'X') return null;
  const name = stat.slice(stat.indexOf('(') + 1, nameEnd).slice(0, 200);
  return { pid, startTime, parent: Number(parent), session: Number(session), name };
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function runPs(program: string, args: readonly string[]): string {
  try {
    return execFileSync(program, args, {
      encoding: 'utf8',
      env: { LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 64 * 1024 * 1024,
    });
  } catch {
    return '';
  }
}

function underscored(text: string): string {
  return text.trim().replaceAll(/ +/g, '_');
}

function listWithPs(): ProcessRow[] {
  const rows: ProcessRow[] = [];
  for (const line of runPs('/bin/ps', ['-axo', 'pid=,ppid=,pgid=,state=,lstart=,comm=']).split('\n')) {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S+ +\S+ +\d+ +\S+ +\d+)\s+(.*)$/.exec(line);
    if (match === null || match[4]?.startsWith('Z') === true) continue;
    const [, pid, parent, session, , started = '', name = ''] = match;
    rows.push({
      pid: Number(pid),
      startTime: underscored(started),
      parent: Number(parent),
      session: Number(session),
      name: name.slice(0, 200),
    });
  }
  return rows;
}

/** Environments by pid, entries separated by NUL; markers hold no white space, so blanks can stand for the border. */
function environmentsWithPs(): Map<number, string> {
  const found = new Map<number, string>();
  for (const line of runPs('/bin/ps', ['-axEwwo', 'pid=,command=']).split('\n')) {
    const match = /^\s*(\d+)\s(.*)$/.exec(line);
    if (match !== null) found.set(Number(match[1]), (match[2] ?? '').replaceAll(' ', '\0'));
  }
  return found;
}
