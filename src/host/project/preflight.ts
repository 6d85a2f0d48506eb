/** The check before a start: what the night needs, and what it would not do. */
import { statfs } from 'node:fs/promises';
import { ERRORS } from '../../contracts/error-catalogue.ts';
import { AppError } from '../../contracts/errors.ts';
import type { PreflightFinding } from '../../contracts/host-door.ts';
import { settingsForAgent } from '../../contracts/settings.ts';
import type { Settings } from '../../contracts/settings.ts';
import type { StatePaths } from '../../platform/paths.ts';
import { agentEnvironment } from '../agents/environment.ts';
import { inspectRepository } from '../git/inspect.ts';
import { agentFindings } from './preflight-agent.ts';
import { repositoryFindings } from './preflight-repository.ts';
import { programWord, shellFinds } from './shell-words.ts';

/** What is checked. */
export interface PreflightRequest {
  readonly paths: Pick<StatePaths, 'home'>;
  /** A folder in the user's checkout. */
  readonly projectPath: string;
  readonly settings: Settings;
  /** Environment of the host worker, unfiltered. */
  readonly base: Readonly<Record<string, string>>;
}

const MB = 1024 * 1024;
const DISK_ERROR_BYTES = 200 * MB;
const DISK_WARNING_BYTES = 2048 * MB;

/** All findings, errors first. Starts nothing but the agent's own version and login checks, and changes nothing. */
export async function preflight(request: PreflightRequest): Promise<PreflightFinding[]> {
  const { settings, base } = request;
  try {
    const repository = await inspectRepository(request.projectPath);
    const cwd = repository.topLevel;
    const commandEnv = agentEnvironment({ base, agent: 'command', projectEnv: settings.env });
    const groups = await Promise.all([
      agentFindings(settings, cwd, environmentOf(settings, base)),
      fallbackFindings(settings, cwd, base),
      commandFindings(settings, cwd, commandEnv),
      diskFindings([request.paths.home, cwd]),
    ]);
    return [...repositoryFindings(repository, settings), ...groups.flat()].toSorted(
      (left, right) => RANK[left.level] - RANK[right.level],
    );
  } catch (error) {
    if (!AppError.is(error)) throw error;
    return [{ level: 'error', code: error.code, message: error.message, repair: ERRORS[error.code].hint }];
  }
}

function environmentOf(settings: Settings, base: PreflightRequest['base']): Record<string, string> {
  return agentEnvironment({ base, agent: settings.agent.name, projectEnv: settings.env });
}

/** The night goes on without a stand-in: what is wrong with one is a warning. */
async function fallbackFindings(
  settings: Settings,
  cwd: string,
  base: PreflightRequest['base'],
): Promise<PreflightFinding[]> {
  const standIns = settings.agent.fallback.flatMap(({ name }) => settingsForAgent(settings, name) ?? []);
  const found = await Promise.all(standIns.map((own) => agentFindings(own, cwd, environmentOf(own, base))));
  return found
    .flat()
    .filter(({ level }) => level === 'error')
    .map((finding) => ({ ...finding, level: 'warning', message: `As a fallback: ${finding.message}` }));
}

const RANK = { error: 0, warning: 1, info: 2 } as const;

async function commandFindings(
  settings: Settings,
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<PreflightFinding[]> {
  const findings: PreflightFinding[] = [];
  for (const [key, commands] of [
    ['verify', settings.verify],
    ['setup', settings.setup],
  ] as const) {
    for (const { command } of commands) {
      const word = programWord(command);
      if (word === null || (await shellFinds(word, cwd, env))) continue;
      // What set-up makes cannot be there yet.
      const level = word.includes('/') && settings.setup.length > 0 ? 'warning' : 'error';
      const message = `The ${key} command \`${command}\` cannot run: ${word} was not found.`;
      findings.push({
        level,
        code: 'verify_command_missing',
        message,
        repair: `Install ${word}, or correct \`${key}\`.`,
      });
    }
  }
  if (settings.verify.length === 0) {
    findings.push({
      level: 'info',
      code: 'not_verified',
      message: 'No verification command is set: tasks will be committed, not verified.',
      repair:
        '--verify "<command>", `verify` in nightloom.config.json, or the settings of the project in the dashboard',
    });
  }
  return findings;
}

async function diskFindings(folders: readonly string[]): Promise<PreflightFinding[]> {
  const free = await Promise.all(
    folders.map(async (folder) => {
      const { bavail, bsize } = await statfs(folder);
      return { folder, bytes: bavail * bsize };
    }),
  );
  const least = free.toSorted((left, right) => left.bytes - right.bytes)[0];
  return least === undefined ? [] : diskFinding(least.folder, least.bytes);
}

/** Finding for `bytes` free at `folder`: error below 200 MB, warning below 2 GB. */
export function diskFinding(folder: string, bytes: number): PreflightFinding[] {
  if (bytes >= DISK_WARNING_BYTES) return [];
  const level = bytes < DISK_ERROR_BYTES ? 'error' : 'warning';
  const message = `Only ${Math.floor(bytes / MB)} MB are free at ${folder}.`;
  return [{ level, code: 'disk_low', message, repair: 'nightloom prune' }];
}
