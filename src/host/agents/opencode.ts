/** The adapter of OpenCode. Its contract as measured on 1.18.33 is described in `docs/agents.md`. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { AgentOutcome, AgentVerdict } from '../../contracts/outcome.ts';
import type { PermissionMode } from '../../contracts/vocabulary.ts';
import { accountName } from './account.ts';
import type { AgentAdapter, AgentCommand, AgentRequest, RunEvidence } from './adapter.ts';
import { apiStatusVerdict } from './api-status.ts';
import type { SessionLaunch } from './claude-session.ts';
import { abnormalVerdict, interventionVerdict } from './exit-verdict.ts';
import { numberAt, objectAt, textAt } from './json.ts';
import type { JsonObject } from './json.ts';
import { OpencodeParser } from './opencode-parse.ts';
import { errorLine, printable } from './printable.ts';
import { ownParser, runFigures } from './run-figures.ts';

const MODE_ARGUMENTS: Readonly<Record<PermissionMode, readonly string[]>> = {
  plan: ['--agent', 'plan'],
  acceptEdits: [],
  dontAsk: [],
  auto: ['--auto'],
  bypassPermissions: ['--auto'],
};

/** OpenCode, driven headless. */
export const opencode: AgentAdapter = {
  name: 'opencode',
  resume: 'session',
  accountKey: (env) =>
    accountName('opencode-login', join(env['XDG_DATA_HOME'] || join(env['HOME'] || homedir(), '.local', 'share'))),
  command: opencodeCommand,
  parser: () => new OpencodeParser(),
  outcome: opencodeOutcome,
  checks(settings) {
    // Which login is needed depends on the provider of the model: there is nothing to ask for all of them.
    return {
      version: [settings.agent.bin ?? 'opencode', '--version'],
      login: null,
      readLogin: () => ({ loggedIn: true, method: null }),
    };
  },
};

/** OpenCode chooses the ids, `ses_...`, and keeps its sessions in a database: the run itself finds out if one is gone. */
export function opencodeSessionLaunch(sessionId: string): SessionLaunch {
  return sessionId.startsWith('ses_') ? { id: sessionId, resume: true } : { id: null, resume: false };
}

function opencodeCommand(request: AgentRequest): AgentCommand {
  const { agent } = request.settings;
  const { id, resume } = request.session;
  return {
    argv: [
      agent.bin ?? 'opencode',
      'run',
      '--format',
      'json',
      ...MODE_ARGUMENTS[agent.permissionMode],
      ...(resume && id !== null ? ['--session', id] : []),
      ...(agent.model === null ? [] : ['--model', agent.model]),
    ],
    env: { OPENCODE_DISABLE_AUTOUPDATE: '1' },
    stdin: request.prompt,
  };
}

function opencodeOutcome(evidence: RunEvidence): AgentOutcome {
  const parser = ownParser(evidence, OpencodeParser);
  return { verdict: decide(parser, evidence), figures: runFigures(parser, evidence) };
}

function decide(parser: OpencodeParser, evidence: RunEvidence): AgentVerdict {
  if (parser.isDone) return { kind: 'succeeded', message: printable(parser.lastText ?? 'Done.') };
  if (parser.error === null) return withoutEnd(evidence);
  const verdict = errorVerdict(parser.error, evidence.endedAtMs);
  return verdict.kind === 'failed' ? (interventionVerdict(evidence.exit) ?? verdict) : verdict;
}

function errorVerdict(error: JsonObject, endedAtMs: number): AgentVerdict {
  const data = objectAt(error, 'data');
  const name = textAt(error, 'name') ?? '';
  const text = textAt(data, 'message') ?? name;
  if (name === 'ProviderAuthError') return { kind: 'needs_login', message: printable(text) };
  if (name === 'ProviderModelNotFoundError') return { kind: 'failed', code: 'bad_model', message: printable(text) };
  const status = numberAt(data, 'statusCode');
  const seconds = Number(textAt(objectAt(data, 'responseHeaders'), 'retry-after') ?? Number.NaN);
  const retryAtMs = Number.isNaN(seconds) ? null : endedAtMs + seconds * 1000;
  if (status === null && data?.['isRetryable'] === true)
    return { kind: 'backoff', code: 'api_unavailable', message: printable(text) };
  return apiStatusVerdict({ status, text, writtenAtMs: endedAtMs, retryAtMs });
}

function withoutEnd(evidence: RunEvidence): AgentVerdict {
  const { exit, stderrTail } = evidence;
  const known = interventionVerdict(exit) ?? abnormalVerdict(evidence, 'The agent');
  if (known !== null) return known;
  const message = errorLine(stderrTail) ?? 'The agent ended without a result.';
  if (/session not found/i.test(stderrTail)) return { kind: 'session_broken', code: 'no_session', message };
  if (exit.code === 0) return { kind: 'failed', code: 'no_result', message: 'The agent ended without a result.' };
  // Options that it does not know are answered with the list of those that it knows.
  if (
    /unknown (?:argument|option)|--model +model to use|--session +session id|--title +title for the session/i.test(
      stderrTail,
    )
  )
    return { kind: 'environment', message };
  return { kind: 'failed', code: 'startup_error', message };
}
