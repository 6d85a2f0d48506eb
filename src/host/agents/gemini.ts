/** The adapter of Gemini CLI. Its contract as measured on 0.61.0 is described in `docs/agents.md`. */
import { join } from 'node:path';
import type { AgentOutcome, AgentVerdict } from '../../contracts/outcome.ts';
import type { PermissionMode } from '../../contracts/vocabulary.ts';
import { accountName } from './account.ts';
import type { AgentAdapter, AgentCommand, AgentRequest, RunEvidence } from './adapter.ts';
import { apiStatusVerdict } from './api-status.ts';
import { abnormalVerdict, interventionVerdict } from './exit-verdict.ts';
import { GeminiParser } from './gemini-parse.ts';
import { geminiHome } from './gemini-session.ts';
import { objectAt, textAt } from './json.ts';
import { errorLine, printable } from './printable.ts';
import { ownParser, runFigures } from './run-figures.ts';

const APPROVAL: Readonly<Record<PermissionMode, string>> = {
  plan: 'plan',
  acceptEdits: 'auto_edit',
  dontAsk: 'auto_edit',
  auto: 'yolo',
  bypassPermissions: 'yolo',
};
const NO_LOGIN = 41;
const SESSION_ERROR = 42;
const TURNS_USED_UP = 53;
const UNTRUSTED = 55;
const STATUS = /"code":\s*(\d{3})\b/;

/** Gemini CLI, driven headless. */
export const gemini: AgentAdapter = {
  name: 'gemini',
  resume: 'session',
  accountKey(env) {
    const key = env['GEMINI_API_KEY'] || env['GOOGLE_API_KEY'];
    return key ? accountName('gemini-key', key) : accountName('gemini-login', geminiHome(env));
  },
  command: geminiCommand,
  parser: () => new GeminiParser(),
  outcome: geminiOutcome,
  checks(settings, env) {
    const bin = settings.agent.bin ?? 'gemini';
    const hasKey = Boolean(env['GEMINI_API_KEY'] || env['GOOGLE_API_KEY'] || env['GOOGLE_APPLICATION_CREDENTIALS']);
    return {
      version: [bin, '--version'],
      // The CLI has no question for it: a login with Google leaves this file.
      login: hasKey ? null : ['test', '-s', join(geminiHome(env), 'oauth_creds.json')],
      readLogin: (_stdout, code) => ({ loggedIn: code === 0, method: code === 0 ? 'google' : null }),
    };
  },
};

function geminiCommand(request: AgentRequest): AgentCommand {
  const { agent } = request.settings;
  const { id, resume } = request.session;
  return {
    argv: [
      agent.bin ?? 'gemini',
      '--output-format',
      'stream-json',
      '--approval-mode',
      APPROVAL[agent.permissionMode],
      // A directory that is not trusted ends the run (exit 55); the project's trust is ours to ask for.
      '--skip-trust',
      ...(id === null ? [] : [resume ? '--resume' : '--session-id', id]),
      ...(agent.model === null ? [] : ['--model', agent.model]),
    ],
    // Otherwise a second process does the work, and a signal to the first one leaves it behind.
    env: { GEMINI_CLI_NO_RELAUNCH: 'true' },
    stdin: request.prompt,
  };
}

function geminiOutcome(evidence: RunEvidence): AgentOutcome {
  const parser = ownParser(evidence, GeminiParser);
  return { verdict: decide(parser, evidence), figures: runFigures(parser, evidence) };
}

function decide(parser: GeminiParser, evidence: RunEvidence): AgentVerdict {
  const { result } = parser;
  if (result === null) return withoutResult(evidence);
  if (result['status'] === 'success') return { kind: 'succeeded', message: printable(parser.said) || 'Done.' };
  const text = textAt(objectAt(result, 'error'), 'message') ?? '';
  if (evidence.exit.code === TURNS_USED_UP) return { kind: 'out_of_turns', message: printable(text) };
  const status = Number(STATUS.exec(text)?.[1] ?? Number.NaN);
  const verdict = apiStatusVerdict({
    status: Number.isNaN(status) ? null : status,
    text,
    writtenAtMs: evidence.endedAtMs,
  });
  return verdict.kind === 'failed' ? (interventionVerdict(evidence.exit) ?? verdict) : verdict;
}

function withoutResult(evidence: RunEvidence): AgentVerdict {
  const { exit, stderrTail } = evidence;
  const known = interventionVerdict(exit) ?? abnormalVerdict(evidence, 'The agent');
  if (known !== null) return known;
  const message = errorLine(stderrTail) ?? 'The agent ended without a result.';
  // After a SIGTERM the CLI ends with 0 and says nothing.
  if (exit.code === 0) return { kind: 'lost', message: 'The agent ended without a result.' };
  if (exit.code === NO_LOGIN) return { kind: 'needs_login', message };
  if (exit.code === SESSION_ERROR) {
    const code = /already (?:exists|in use)/i.test(stderrTail) ? 'session_in_use' : 'no_session';
    return { kind: 'session_broken', code, message };
  }
  if (exit.code === TURNS_USED_UP) return { kind: 'out_of_turns', message };
  if (exit.code === UNTRUSTED || /unknown argument/i.test(stderrTail)) return { kind: 'environment', message };
  return { kind: 'failed', code: 'startup_error', message };
}
