/** The agents of this machine: whether they are installed and logged in. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { AgentInfo } from '../../contracts/agent-routes.ts';
import type { Settings } from '../../contracts/settings.ts';
import { AGENTS } from '../../contracts/vocabulary.ts';
import type { AgentName } from '../../contracts/vocabulary.ts';
import { exec, findExecutable, succeeded } from '../../platform/exec.ts';
import type { AgentChecks } from '../agents/adapter.ts';
import { agentEnvironment } from '../agents/environment.ts';
import { adapterFor } from '../agents/registry.ts';
import { INSTALL, LOG_IN } from '../agents/repairs.ts';
import { readSettingsFile } from './settings-files.ts';
import { toSettings } from './settings-values.ts';

const CHECK_TIMEOUT_MS = 15_000;
const MAX_BYTES = 64 * 1024;

/**
 * All agents but "command", which is whatever a project says. Asks each program for its version and, where it can tell
 * without its API, for its login.
 *
 * @param home the state directory: the user's own settings count, those of projects do not
 * @param base environment of the host worker, unfiltered
 */
export async function agentInfos(home: string, base: Readonly<Record<string, string>>): Promise<AgentInfo[]> {
  const user = (await readSettingsFile(join(home, 'config.json'), []))?.content ?? {};
  const names = AGENTS.filter((name) => name !== 'command');
  return await Promise.all(
    names.map(async (name) => {
      const own = user.agent?.name === name ? user.agent : { name };
      const settings = toSettings({ agent: own, env: user.env ?? {} });
      return await infoOf(name, settings, agentEnvironment({ base, agent: name, projectEnv: settings.env }));
    }),
  );
}

async function infoOf(name: AgentName, settings: Settings, env: Readonly<Record<string, string>>): Promise<AgentInfo> {
  const checks = adapterFor(name).checks(settings, env);
  const version = await versionOf(checks, env);
  if (version === null) {
    return { name, installed: false, version, login: 'unknown', method: null, repair: INSTALL[name] };
  }
  const known = { name, installed: true, version };
  if (checks.login === null) return { ...known, login: withoutQuestion(name), method: null, repair: null };
  const result = await ask(checks.login, env);
  const { loggedIn, method } = checks.readLogin(result.stdout, result.exitCode);
  return { ...known, login: loggedIn ? 'yes' : 'no', method, repair: loggedIn ? null : LOG_IN[name] };
}

/** Nothing to ask: a key in the environment is the login, or the agent has none, or it depends on the model. */
function withoutQuestion(name: AgentName): AgentInfo['login'] {
  if (LOG_IN[name] === null) return 'not_needed';
  return name === 'opencode' ? 'unknown' : 'yes';
}

async function versionOf({ version }: AgentChecks, env: Readonly<Record<string, string>>): Promise<string | null> {
  if (version === null || (await findExecutable(version[0], env['PATH'] ?? '', homedir())) === null) return null;
  const result = await ask(version, env);
  const said = result.stdout.trim().split('\n')[0]?.slice(0, 100) ?? '';
  return succeeded(result) && said !== '' ? said : null;
}

function ask(argv: readonly [string, ...string[]], env: Readonly<Record<string, string>>) {
  return exec(argv, { cwd: homedir(), env, timeoutMs: CHECK_TIMEOUT_MS, maxBytes: MAX_BYTES });
}
