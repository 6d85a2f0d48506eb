/** A user at a terminal: the command gets a pseudo-terminal, which Python's standard library makes. */
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { LAUNCHER } from './user.ts';
import type { User } from './user.ts';

const PTY = 'import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)';
const POLL_MS = 50;

/** A command on a terminal. */
export interface Terminal {
  /** Waits until `text` was shown. Rejects when the command ends without it. */
  shows(text: string): Promise<void>;
  /** Presses keys. */
  press(keys: string): void;
  /** Exit code, and everything that was shown. */
  readonly ended: Promise<{ exit: number; shown: string }>;
}

/** Types a command of ours at a terminal whose size nobody has set. */
export function atTerminal(user: User, args: readonly string[], cwd: string): Terminal {
  const child = spawn('python3', ['-c', PTY, LAUNCHER, ...args], {
    cwd,
    env: { ...user.env, TERM: 'xterm' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let shown = '';
  let over = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text));
  const ended = new Promise<{ exit: number; shown: string }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      over = true;
      resolve({ exit: code ?? -1, shown });
    });
  });
  return {
    shows: async (text) => {
      while (!shown.includes(text)) {
        if (over) throw new Error(`It ended without showing "${text}":\n${shown}`);
        await sleep(POLL_MS);
      }
    },
    press: (keys) => child.stdin.write(keys),
    ended,
  };
}
