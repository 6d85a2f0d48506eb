/** The repository that the demo works in: five requirements and a check that one of them never passes. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const execFileAsync = promisify(execFile);

/** Time until the usage limit of the demo resets. */
const LIMIT = '4s';

/** What the demo expects of a task. */
export interface DemoTask {
  readonly name: string;
  /** Text of the requirement, for every agent. */
  readonly text: string;
  /** What the scripted agent does. */
  readonly script: string;
  readonly expect: {
    readonly status: 'completed' | 'failed';
    /** Goes through a fix round before it ends. */
    readonly fixed: boolean;
    /** Waits for a usage limit. */
    readonly limited: boolean;
  };
}

const plain = { fixed: false, limited: false } as const;

/** The five tasks, in the order in which they run. */
export const DEMO_TASKS: readonly DemoTask[] = [
  {
    name: '1-greeting',
    text: '# Add a greeting\n\nWrite `notes/greeting.txt` with one friendly sentence.',
    script:
      'say I write the greeting.\nsleep 1s\nwrite notes/greeting.txt Hello from the night shift.\ncost 0.02\nsay Done.',
    expect: { status: 'completed', ...plain },
  },
  {
    name: '2-farewell',
    text: '# Add a farewell\n\nWrite `notes/farewell.txt` with one sentence.',
    script: [
      'write notes/farewell.txt see you tomorrow',
      'cost 0.03',
      'sleep 1s',
      'on fix 1:',
      'say The check wants a capital letter and a full stop.',
      'sleep 1s',
      'write notes/farewell.txt See you tomorrow.',
      'cost 0.01',
    ].join('\n'),
    expect: { status: 'completed', fixed: true, limited: false },
  },
  {
    name: '3-whisper',
    text: '# Add a whisper\n\nWrite `notes/whisper.txt` with one sentence in small letters only.',
    script: [
      'write notes/whisper.txt psst',
      'cost 0.02',
      'on fix 1:',
      'write notes/whisper.txt psst, quietly',
      'on fix 2:',
      'write notes/whisper.txt psst, really quietly',
    ].join('\n'),
    expect: { status: 'failed', fixed: true, limited: false },
  },
  {
    name: '4-schedule',
    text: '# Add a schedule\n\nWrite `notes/schedule.txt` with one sentence about tomorrow.',
    script: `say I begin.\nlimit ${LIMIT}\nwrite notes/schedule.txt Tomorrow we read the report first.\ncost 0.02`,
    expect: { status: 'completed', fixed: false, limited: true },
  },
  {
    name: '5-summary',
    text: '# Add a summary\n\nWrite `notes/summary.txt` with one sentence that sums up the other notes.',
    script: 'sleep 1s\nwrite notes/summary.txt All notes were written while you slept.\ncost 0.02\nsay Done.',
    expect: { status: 'completed', ...plain },
  },
];

const CHECK = `#!/bin/sh
# Every note must be a sentence: a capital letter first, a full stop at the end.
status=0
for note in notes/*.txt; do
  [ -e "$note" ] || continue
  if ! grep -q '^[A-Z].*[.]$' "$note"; then
    echo "$note: must begin with a capital letter and end with a full stop" >&2
    status=1
  fi
done
exit $status
`;

/** Runs git in `directory` and gives its output. @throws Error with git's message */
export async function git(directory: string, args: readonly string[]): Promise<string> {
  const { stdout } = await execFileAsync('git', ['-C', directory, ...args], { maxBuffer: 16 * 1024 * 1024 });
  return stdout.trimEnd();
}

/** What the project is made for. */
export interface DemoProjectOptions {
  readonly directory: string;
  /** `scripted` adds a script to every requirement. */
  readonly agent: 'scripted' | 'claude';
  /** Where the scripted agent remembers its sessions. */
  readonly sessions: string;
}

/** Makes the repository with its requirements, settings and first commit. */
export async function makeDemoProject({ directory, agent, sessions }: DemoProjectOptions): Promise<void> {
  const settings = {
    agent: { name: agent },
    attempts: 1,
    verify: ['sh check.sh'],
    ...(agent === 'scripted' ? { env: { NIGHTLOOM_SCRIPTED_STATE: sessions } } : {}),
  };
  const files: Record<string, string> = {
    'README.md': '# Notes\n\nOne sentence per file in `notes/`.\n',
    'check.sh': CHECK,
    'notes/first.txt': 'This note was here before.\n',
    'nightloom.config.json': `${JSON.stringify(settings, null, 2)}\n`,
  };
  for (const { name, text, script } of DEMO_TASKS) {
    const block = agent === 'scripted' ? `\n\n\`\`\`script\n${script}\n\`\`\`` : '';
    files[`.claude/commands/${name}.md`] = `${text}${block}\n`;
  }
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content);
  }
  await git(directory, ['init', '--quiet']);
  await git(directory, ['symbolic-ref', 'HEAD', 'refs/heads/main']);
  // Its own identity: the demo must not depend on, or change, the user's configuration.
  await git(directory, ['config', 'user.name', 'Nightloom Demo']);
  await git(directory, ['config', 'user.email', 'demo@example.invalid']);
  await git(directory, ['config', 'commit.gpgsign', 'false']);
  await git(directory, ['add', '--all']);
  await git(directory, ['commit', '--quiet', '--message', 'Start']);
}
