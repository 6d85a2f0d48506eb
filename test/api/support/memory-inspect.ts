/** The part of the door in memory that looks into a task: logs as texts, one change, no prompts. */
import type { LogAddress } from '../../../src/contracts/host-door.ts';
import type { InspectDoor, TaskDiff } from '../../../src/contracts/host-door-inspect.ts';
import { AppError } from '../../../src/contracts/errors.ts';

const CHANGE: TaskDiff = {
  commit: 'c'.repeat(40),
  base: 'b'.repeat(40),
  files: [
    {
      path: 'a.txt',
      oldPath: null,
      status: 'added',
      binary: false,
      additions: 1,
      deletions: 0,
      patch: 'diff --git a/a.txt b/a.txt\n@@ -0,0 +1 @@\n+A\n',
    },
  ],
  totalFiles: 1,
  truncated: false,
};

/** `textOf` gives a log; undefined: there is none. */
export function createMemoryInspect(textOf: (address: LogAddress) => string | undefined): InspectDoor {
  const linesOf = (address: LogAddress): { line: number; offset: number; text: string }[] => {
    const text = textOf(address);
    if (text === undefined) throw new AppError('run_not_found', 'There is no such run.');
    let offset = 0;
    return text.split('\n').map((line, at) => {
      const own = { line: at + 1, offset, text: line };
      offset += Buffer.byteLength(line) + 1;
      return own;
    });
  };
  return {
    searchLog: async (address, query) => ({
      matches: linesOf(address)
        .filter(({ offset, text }) => offset >= query.offset && text.includes(query.text))
        .slice(0, query.maxMatches),
      next: null,
      totalBytes: Buffer.byteLength(textOf(address) ?? ''),
    }),
    findLogLine: async (address, line) => {
      const lines = linesOf(address);
      const found = lines[line - 1] ?? lines.at(-1) ?? { line: 1, offset: 0 };
      return { line: found.line, offset: found.offset, totalBytes: Buffer.byteLength(textOf(address) ?? '') };
    },
    diff: async ({ revision }) => ({ ...CHANGE, commit: revision }),
    prompts: async () => [],
    screenshot: async (_task, attempt) => (attempt === 7 ? Buffer.from('a picture').toString('base64') : null),
    screenshots: async () => [],
    evidence: async () => [],
  };
}
