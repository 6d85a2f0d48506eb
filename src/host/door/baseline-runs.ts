/** How the verification commands of a workspace ended, or what they do, before anybody worked in it. */
import { join } from 'node:path';
import type { BaselineRun, TrialDoor } from '../../contracts/host-door-trial.ts';
import type { Masker } from '../../platform/masking.ts';
import type { StatePaths } from '../../platform/paths.ts';
import { workspacePaths } from '../project/workspace-paths.ts';
import { inspectRun } from '../runs/status.ts';
import { baselineStep } from '../verify/baseline.ts';
import { readTail } from '../verify/output-tail.ts';
import { newestTry } from '../verify/shell-run.ts';

/** In the order of the commands. What was pruned reads as if it had not begun. */
export async function baselineRuns(
  paths: Pick<StatePaths, 'worktrees' | 'runs'>,
  { batch, project, count }: Parameters<TrialDoor['baselineRuns']>[0],
  masker: Masker,
): Promise<BaselineRun[]> {
  const { runs } = workspacePaths(paths, batch, project);
  const place = { directory: (step: string) => join(runs, step) };
  const numbers = Array.from({ length: count }, (_, index) => index);
  return await Promise.all(
    numbers.map(async (index) => await baselineRun(await newestTry(place, baselineStep(index)), masker)),
  );
}

async function baselineRun(directory: string, masker: Masker): Promise<BaselineRun> {
  const found = await inspectRun(directory);
  const open = { exitCode: null, timedOut: false, durationMs: null };
  switch (found.status) {
    // A lost one is started again.
    case 'unclaimed':
    case 'lost':
      return { status: 'waiting', ...open, outputTail: '' };
    case 'running':
    case 'orphaned':
    case 'foreign':
      return { status: 'running', ...open, outputTail: await readTail(directory, masker) };
    case 'exited': {
      const { code, timedOut, durationMs } = found.exit;
      const outputTail = await readTail(directory, masker);
      return { status: 'ended', exitCode: timedOut ? null : code, timedOut, durationMs, outputTail };
    }
  }
}
