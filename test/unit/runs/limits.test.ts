/** Bounds of a run, as the system itself tells them from inside. */
import { expect, it } from 'vitest';
import { limited } from '../../../src/host/runs/limits.ts';
import { exec } from '../../../src/platform/exec.ts';

const inside = async (text: string, limits: Parameters<typeof limited>[1]): Promise<string> => {
  const argv = await limited(['/bin/sh', '-c', text], limits);
  return (await exec(argv, { cwd: '/', env: { PATH: '/usr/bin:/bin' } })).stdout.trim();
};

it('priority and memory are what was asked for, and arguments arrive as they are', async () => {
  const own = await inside('nice', { nice: null, memoryBytes: null });
  expect(Number(await inside('nice', { nice: 7, memoryBytes: null }))).toBe(Math.min(19, Number(own) + 7));
  expect(await inside('ulimit -d', { nice: 3, memoryBytes: 512 * 1024 * 1024 })).toBe(String(512 * 1024));
  expect(await inside('echo "a  b" -- $0', { nice: 1, memoryBytes: 1024 ** 3 })).toBe('a  b -- /bin/sh');
});

it('one process beyond its memory does not get it', async () => {
  const hog = ['-e', 'const all = []; for (;;) all.push(Buffer.alloc(1 << 24, 1));'] as const;
  const argv = await limited([process.execPath, ...hog], { nice: null, memoryBytes: 400 * 1024 * 1024 });
  const ended = await exec(argv, { cwd: '/', env: { PATH: '/usr/bin:/bin' }, timeoutMs: 60_000 });
  expect(ended.timedOut).toBe(false);
  expect(ended.exitCode).not.toBe(0);
});
