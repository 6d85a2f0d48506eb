#!/usr/bin/env node
/**
 * The agent `scripted`: a program of its own that reads a prompt from stdin, finds the fenced `script` block in it and
 * does what its lines say, while it reports on stdout in the stream format of Claude Code. The language is described in
 * `docs/agents.md`. Plain JavaScript and only built-in modules, because demo and tests start it hundreds of times.
 */
import { readFileSync } from 'node:fs';
import { argv, env, exit, pid } from 'node:process';
import { endsProcess, execute } from './scripted-commands.mjs';
import { chooseSection, parseScript, scriptOf } from './scripted-script.mjs';
import { createSession, loadSession, sessionExists } from './scripted-session.mjs';
import { Stream, complain } from './scripted-stream.mjs';

const VERSION = '1.0.0 (Nightloom scripted agent)';

function optionOf(name) {
  const at = argv.indexOf(name);
  return at === -1 ? null : (argv[at + 1] ?? null);
}

function openSession(stream) {
  const resumeId = optionOf('--resume');
  const id = resumeId ?? optionOf('--session-id') ?? `00000000-0000-4000-8000-${String(pid).padStart(12, '0')}`;
  stream.sessionId = id;
  if (resumeId !== null) {
    if (sessionExists(env, id)) return loadSession(env, id);
    stream.result({ subtype: 'error_during_execution', errors: [`No conversation found with session ID: ${id}`] });
    complain(`No conversation found with session ID: ${id}`);
    exit(1);
  }
  if (sessionExists(env, id)) {
    complain(`Error: Session ID ${id} is already in use.`);
    exit(1);
  }
  return createSession(env, id);
}

function prepare(session, prompt) {
  session.script = scriptOf(prompt) ?? session.script;
  if (session.script === null) return null;
  const section = chooseSection(parseScript(session.script), prompt, session.section);
  if (section.name !== session.section) Object.assign(session, { section: section.name, done: 0 });
  session.save();
  return section.lines;
}

function remember(session) {
  session.done += 1;
  session.save();
}

async function main() {
  if (argv.includes('--version')) {
    console.log(VERSION);
    return;
  }
  const prompt = readFileSync(0, 'utf8');
  if (prompt.trim() === '') {
    complain('Error: Input must be provided either through stdin or as a prompt argument when using --print');
    exit(1);
  }
  const stream = new Stream();
  stream.wantsSchema = argv.includes('--json-schema');
  const session = openSession(stream);
  stream.session = session;
  stream.init();
  const lines = prepare(session, prompt);
  if (lines === null) {
    stream.fail('The prompt has no fenced script block.', { error: 'unknown' });
    exit(1);
  }
  const maxTurns = Number(optionOf('--max-turns') ?? Infinity);
  while (session.done < lines.length) {
    if (stream.turns >= maxTurns) {
      stream.result({
        subtype: 'error_max_turns',
        terminal_reason: 'max_turns',
        errors: [`Reached maximum number of turns (${maxTurns})`],
      });
      exit(1);
    }
    const line = lines[session.done];
    stream.turns += 1;
    // A line that ends the process must not be met again when the session is resumed; any other line that a kill cut
    // short is done again.
    if (endsProcess(line)) remember(session);
    await execute(line, { stream, session, env });
    if (!endsProcess(line)) remember(session);
  }
  stream.succeed();
  await stream.linger();
}

await main();
