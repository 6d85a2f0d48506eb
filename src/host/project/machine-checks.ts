/** What work on this machine needs besides agents: programs, who commits, the state directory, room. For `doctor`. */
import { statfs } from 'node:fs/promises';
import type { DoctorCheck } from '../../contracts/doctor-routes.ts';
import { ERRORS } from '../../contracts/error-catalogue.ts';
import { exec, findExecutable } from '../../platform/exec.ts';
import { ensureStateDirectory } from '../../platform/paths.ts';

/** Where to look. */
export interface MachineCheckRequest {
  /** The state directory. */
  readonly home: string;
  /** Environment of the process that asks, unfiltered. */
  readonly base: Readonly<Record<string, string>>;
  /** Folder that git is asked in: who commits may depend on it. */
  readonly cwd: string;
}

const MIN_NODE = 24;
const LOW_DISK_BYTES = 2 * 1024 ** 3;

/** Every check, in the order in which they are repaired. Makes the state directory if it is not there, and nothing else. */
export async function machineChecks({ home, base, cwd }: MachineCheckRequest): Promise<DoctorCheck[]> {
  const groups = await Promise.all([
    gitCheck(base),
    identityCheck(base, cwd),
    stateDirectoryCheck(home),
    diskCheck(home),
  ]);
  return [nodeCheck(), ...groups.flat()];
}

/** What is as it should be. */
export function goodCheck(name: string, message: string): DoctorCheck {
  return { name, ok: true, level: 'info', message, repair: null };
}

/** What is not, and what repairs it. */
export function badCheck(
  name: string,
  level: Exclude<DoctorCheck['level'], 'info'>,
  message: string,
  repair: string,
): DoctorCheck {
  return { name, ok: false, level, message, repair };
}

function nodeCheck(): DoctorCheck {
  const major = Number(process.versions.node.split('.')[0]);
  return major >= MIN_NODE
    ? goodCheck('node', `Node ${process.versions.node}`)
    : badCheck('node', 'error', `Node ${process.versions.node} is too old.`, ERRORS.node_missing.hint);
}

async function gitCheck(base: MachineCheckRequest['base']): Promise<DoctorCheck[]> {
  if ((await findExecutable('git', base['PATH'] ?? '')) === null) {
    return [badCheck('git', 'error', 'git was not found.', 'Install git (2.30 or newer).')];
  }
  const result = await exec(['git', '--version'], { cwd: '/', env: base });
  return [goodCheck('git', result.stdout.trim())];
}

async function identityCheck(base: MachineCheckRequest['base'], cwd: string): Promise<DoctorCheck[]> {
  const asked = await Promise.all(
    ['user.name', 'user.email'].map((key) => exec(['git', 'config', '--get', key], { cwd, env: base })),
  );
  const [name, email] = asked.map((result) => result.stdout.trim());
  if (name && email) return [goodCheck('git identity', `${name} <${email}>`)];
  return [
    badCheck(
      'git identity',
      'error',
      `git does not know who commits (in ${cwd}).`,
      'git config --global user.name "..." && git config --global user.email "..."',
    ),
  ];
}

async function stateDirectoryCheck(home: string): Promise<DoctorCheck[]> {
  const name = 'state directory';
  try {
    await ensureStateDirectory(home);
    return [goodCheck(name, `${home}, only for its owner`)];
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return [badCheck(name, 'error', message, ERRORS.state_dir_unusable.hint)];
  }
}

async function diskCheck(home: string): Promise<DoctorCheck[]> {
  const found = await statfs(home).catch(() => null);
  if (found === null) return [];
  const freeBytes = found.bavail * found.bsize;
  const text = `${(freeBytes / 1024 ** 3).toFixed(1)} GB free at ${home}`;
  return [freeBytes >= LOW_DISK_BYTES ? goodCheck('disk', text) : badCheck('disk', 'warning', text, 'nightloom prune')];
}
