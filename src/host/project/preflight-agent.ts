/** Whether the agent is there and logged in, and what its permission mode keeps it from. */
import { AppError } from '../../contracts/errors.ts';
import type { PreflightFinding } from '../../contracts/host-door.ts';
import type { Settings } from '../../contracts/settings.ts';
import type { AgentName } from '../../contracts/vocabulary.ts';
import { exec, findExecutable, succeeded } from '../../platform/exec.ts';
import type { AgentChecks } from '../agents/adapter.ts';
import { allowRules } from '../agents/claude-command.ts';
import { adapterFor } from '../agents/registry.ts';
import { INSTALL, LOG_IN } from '../agents/repairs.ts';

/** An agent's own checks may load much, but must not hold the start for ever. */
const CHECK_TIMEOUT_MS = 30_000;

/**
 * Findings on the agent; an agent that is not there is not asked for its login.
 * @param cwd top of the checkout
 * @param env environment that the agent will get
 */
export async function agentFindings(
  settings: Settings,
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<PreflightFinding[]> {
  const { name } = settings.agent;
  let checks: AgentChecks;
  try {
    checks = adapterFor(name).checks(settings, env);
  } catch (error) {
    if (!AppError.is(error)) throw error;
    return [{ level: 'error', code: error.code, message: error.message, repair: null }];
  }
  const missing = await missingAgent(settings, checks, cwd, env);
  if (missing !== null) return [missing];
  return [...(await loginFindings(name, checks, cwd, env)), ...permissionFindings(settings, env)];
}

async function missingAgent(
  settings: Settings,
  checks: AgentChecks,
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<PreflightFinding | null> {
  const { name, bin } = settings.agent;
  const program = checks.version?.[0] ?? (name === 'command' ? settings.agent.command?.[0] : bin);
  const missing = (message: string): PreflightFinding => ({
    level: 'error',
    code: 'agent_missing',
    message,
    repair: bin === null ? INSTALL[name] : 'Correct agent.bin or --agent-bin.',
  });
  if (program === undefined || program === null) return null;
  if ((await findExecutable(program, env['PATH'] ?? '', cwd)) === null) {
    return missing(`The agent's program ${program} was not found, or cannot be executed.`);
  }
  if (checks.version === null) return null;
  const result = await exec(checks.version, { cwd, env, timeoutMs: CHECK_TIMEOUT_MS, maxBytes: 1024 * 1024 });
  if (succeeded(result) && result.stdout.trim() !== '') return null;
  const said = (result.stderr || result.stdout).trim().split('\n').at(-1)?.slice(0, 200) ?? '';
  const end = result.timedOut
    ? 'did not answer in time'
    : `ended with ${result.exitCode ?? result.signal ?? 'nothing'}`;
  return missing(`\`${checks.version.join(' ')}\` ${end}${said === '' ? '' : `: ${said}`}.`);
}

async function loginFindings(
  name: AgentName,
  checks: AgentChecks,
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<PreflightFinding[]> {
  if (checks.login === null) return [];
  const result = await exec(checks.login, { cwd, env, timeoutMs: CHECK_TIMEOUT_MS, maxBytes: 1024 * 1024 });
  if (checks.readLogin(result.stdout, result.exitCode).loggedIn) return [];
  return [
    {
      level: 'error',
      code: 'agent_needs_login',
      message: `The agent ${name} is not logged in.`,
      repair: LOG_IN[name],
    },
  ];
}

/** What the night would stumble over, said before it. Only Claude Code has permission modes. */
function permissionFindings(settings: Settings, env: Readonly<Record<string, string>>): PreflightFinding[] {
  if (settings.agent.name !== 'claude') return [];
  switch (settings.agent.permissionMode) {
    case 'acceptEdits':
      return [info('permissions', `Claude may change files in its workspace. ${allowedText(settings)}`)];
    case 'dontAsk':
      return [info('permissions', `Claude may use only tools that are allowed. ${allowedText(settings)}`)];
    case 'auto':
      return [info('permissions', 'Claude decides by itself which commands are safe to run.')];
    case 'plan':
      return [
        {
          level: 'warning',
          code: 'permissions',
          message: 'With the permission mode plan Claude changes nothing: tasks will fail with no_change.',
          repair: '--permission-mode acceptEdits',
        },
      ];
    case 'bypassPermissions':
      return bypassFindings(env);
  }
}

/** As root, Claude Code refuses this mode unless IS_SANDBOX=1 is set (measured on 2.1.329). */
function bypassFindings(env: Readonly<Record<string, string>>): PreflightFinding[] {
  const findings: PreflightFinding[] = [
    {
      level: 'warning',
      code: 'permissions',
      message: 'Claude may run every command on this machine without asking (bypassPermissions).',
      repair: null,
    },
  ];
  if (process.getuid?.() === 0 && env['IS_SANDBOX'] !== '1') {
    findings.push({
      level: 'error',
      code: 'invalid_settings',
      message: 'Claude refuses bypassPermissions for root.',
      repair: 'Start the stack as another user, or with IS_SANDBOX=1 inside a sandbox.',
    });
  }
  return findings;
}

function allowedText(settings: Settings): string {
  const rules = allowRules(settings);
  const rest = 'are denied and listed per task; agent.allowedTools or --allow allows more.';
  if (rules.length === 0) return `Bash commands that need permission ${rest}`;
  return `Bash commands other than ${rules.join(', ')} that need permission ${rest}`;
}

function info(code: string, message: string): PreflightFinding {
  return { level: 'info', code, message, repair: null };
}
