/** The floor: what the same work costs in a bare bash loop. */
import { spawn } from 'node:child_process';

/** Agent, removal of the requirement, `git add -A`, commit: nothing of it can be left out. */
const LOOP = `
set -e
for name in "$REQUIREMENTS"/*.md; do
  "$@" <"$name" >/dev/null
  rm "$name"
  git add -A
  git commit --quiet -m "Auto-commit: $name"
done
`;

/** Runs the loop over all requirements of a repository. Returns milliseconds per task. */
export async function bashLoop(directory: string, tasks: number, agent: readonly string[]): Promise<number> {
  const startedAt = performance.now();
  await new Promise<void>((resolve, reject) => {
    const child = spawn('bash', ['-c', LOOP, 'bash', ...agent], {
      cwd: directory,
      env: { ...process.env, REQUIREMENTS: '.claude/commands' },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`The bash loop ended with ${code}.`))));
  });
  return (performance.now() - startedAt) / tasks;
}
