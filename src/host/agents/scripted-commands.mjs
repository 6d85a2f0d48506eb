/** The commands of the scripted agent's language. Each is given the rest of its line. */
import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import process, { exit, kill } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { complain, writeOut } from './scripted-stream.mjs';

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const FOREVER_MS = 2 ** 31 - 1;
const OUTPUT_LIMIT = 4000;
const TERMINATED = 143;

let ignoresTermination = false;

function durationMs(text) {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text.trim());
  if (match === null) throw new Error(`not a duration: ${text}`);
  return Math.round(Number(match[1]) * UNIT_MS[match[2] ?? 's']);
}

function splitPath(rest) {
  const at = rest.search(/\s/);
  if (at === -1) return [rest, ''];
  return [rest.slice(0, at), rest.slice(at + 1).replaceAll('\\n', '\n')];
}

function fileChange(name, change) {
  return (rest, { stream }) => {
    const [path, text] = splitPath(rest);
    const id = stream.tool(name, { file_path: path, content: text });
    mkdirSync(dirname(path), { recursive: true });
    change(path, `${text}\n`);
    stream.toolResult(id, `${name}: ${path}`);
  };
}

/** Runs a shell command in a session of its own, as Claude does, and ends it when we are asked to end. */
function shell(commandLine, { stream, env }) {
  const id = stream.tool('Bash', { command: commandLine });
  const child = spawn('/bin/sh', ['-c', commandLine], { stdio: ['ignore', 'pipe', 'pipe'], detached: true, env });
  let output = '';
  const collect = (chunk) => {
    if (output.length < OUTPUT_LIMIT) output += chunk;
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const stop = () => {
    if (ignoresTermination || child.pid === undefined) return;
    try {
      kill(-child.pid, 'SIGTERM');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error; // Gone already.
    }
    exit(TERMINATED);
  };
  process.once('SIGTERM', stop);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    // "exit" and not "close": something that the command left in the background may keep the pipes open.
    child.once('exit', (code) => {
      process.off('SIGTERM', stop);
      setImmediate(() => {
        child.stdout.destroy();
        child.stderr.destroy();
        stream.toolResult(id, output === '' ? `exit ${code}` : output, code !== 0);
        resolve();
      });
    });
  });
}

function quote(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function usageLimit(rest, { stream }) {
  const [duration, window = 'five_hour'] = rest.split(/\s+/);
  const resetsAtMs = Date.now() + durationMs(duration);
  // Claude names whole seconds: rounded up, so that nobody comes back too early.
  const resetsAt = Math.ceil(resetsAtMs / 1000);
  const info = { status: 'rejected', resetsAt, rateLimitType: window, isUsingOverage: false };
  stream.emit({
    type: 'rate_limit_event',
    rate_limit_info: { ...info, unifiedWindows: { [window]: { utilization: 1, resetsAt, status: 'rejected' } } },
  });
  const clock = new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', hour: 'numeric', minute: '2-digit' });
  const time = clock.format(resetsAtMs).replace(/\s/, '').toLowerCase();
  stream.fail(`You've hit your 5-hour limit · resets ${time} (UTC)`, {
    error: 'rate_limit',
    status: 429,
    api_error: 'usage_limit_reached',
    api_error_params: { rate_limit_info: info },
  });
  exit(1);
}

function failing(text, facts) {
  return (rest, { stream }) => {
    stream.fail(rest === '' ? text : rest, facts);
    exit(1);
  };
}

const ENDING = new Set([
  'limit',
  'unknown-limit',
  'overloaded',
  'auth',
  'billing',
  'fail',
  'out-of-turns',
  'exit',
  'hang',
]);

const COMMANDS = {
  write: fileChange('Write', writeFileSync),
  append: fileChange('Edit', appendFileSync),
  delete: (path, context) => {
    const id = context.stream.tool('Bash', { command: `rm -r ${path}` });
    rmSync(path, { recursive: true, force: true });
    context.stream.toolResult(id, `deleted ${path}`);
  },
  run: shell,
  commit: (message, context) => shell(`git add -A && git commit --quiet --allow-empty -m ${quote(message)}`, context),
  'stash-pop': (_rest, context) => shell('git stash pop', context),
  switch: (branch, context) => shell(`git switch ${quote(branch)} || git switch -c ${quote(branch)}`, context),
  say: (text, { stream }) => stream.text(text),
  answer: (json, { stream }) => stream.answer(JSON.parse(json)),
  sleep: (rest) => sleep(durationMs(rest)),
  limit: usageLimit,
  'unknown-limit': failing('Your plan has no allowance left: usage limit in effect for now.', {
    error: 'unknown',
    status: 403,
  }),
  overloaded: failing('API Error: Repeated 529 Overloaded errors', { error: 'overloaded', status: 529 }),
  auth: failing('Not logged in · Please run /login', { error: 'authentication_failed', status: 401 }),
  billing: failing('Credit balance is too low', { error: 'billing_error', status: 400 }),
  fail: failing('The script says so.', { error: 'unknown' }),
  'out-of-turns': (_rest, { stream }) => {
    stream.result({
      subtype: 'error_max_turns',
      terminal_reason: 'max_turns',
      errors: [`Reached maximum number of turns (${stream.turns})`],
    });
    exit(1);
  },
  exit: (code) => exit(Number(code)),
  hang: () => sleep(FOREVER_MS),
  'ignore-term': () => {
    if (!ignoresTermination) process.on('SIGTERM', () => {});
    ignoresTermination = true;
  },
  linger: (rest, { stream }) => {
    stream.lingerMs = durationMs(rest);
  },
  'spawn-escaped': (rest, { env }) => {
    spawn('sleep', [String(durationMs(rest) / 1000)], { detached: true, stdio: 'ignore', env }).unref();
  },
  garbage: () => {
    writeOut('this is not JSON\n{"type":"assistant","message":{"content":[{"type":"te\n[1,2,3]\nnull\n{"type":42}\n');
    complain('something on stderr, too');
  },
  nuls: (_rest, { stream }) => {
    writeOut(Buffer.from([0x00, 0x1b, 0x5b, 0x33, 0x31, 0x6d, 0xff, 0xfe, 0x00, 0x0a]));
    stream.text('with \u0000 a NUL, \u001b[31mred\u001b[0m and \u202egnp.exe');
  },
  bigline: (megabytes, { stream }) => {
    const id = stream.tool('Read', { file_path: 'big' });
    stream.toolResult(id, 'x'.repeat(Math.round(Number(megabytes) * 1024 * 1024)));
  },
  deny: (tool, { stream }) => stream.deny(tool),
  cost: (usd, { session }) => {
    session.costUsd += Number(usd);
    session.save();
  },
  turns: (count, { stream }) => {
    stream.extraTurns += Number(count) - 1;
  },
};

/** True for lines after which this process does nothing more. */
export function endsProcess(line) {
  return ENDING.has(line.split(/\s/, 1)[0]);
}

/** Does one line of a script. A mistake in the script ends the run with an error that names the line. */
export async function execute(line, context) {
  const [, name, rest] = /^(\S+)\s*(.*)$/.exec(line);
  if (!Object.hasOwn(COMMANDS, name)) {
    context.stream.fail(`Unknown command in the script: ${line}`, { error: 'unknown' });
    exit(1);
  }
  try {
    await COMMANDS[name](rest, context);
  } catch (error) {
    context.stream.fail(`${line}: ${error.message}`, { error: 'unknown' });
    exit(1);
  }
}
