/** What the verification commands of an attempt said, round by round. */
import type { EvidenceCheck, EvidenceRound } from '../../contracts/host-door-inspect.ts';
import type { TaskId } from '../../contracts/ids.ts';
import type { VerifyOutcome } from '../../contracts/outcome.ts';
import type { Masker } from '../../platform/masking.ts';
import type { StatePaths } from '../../platform/paths.ts';
import { runDirectory } from '../runs/run-directory.ts';
import { readRoundOf } from '../tasks/attempt-note.ts';
import { readTail } from '../verify/output-tail.ts';

/** More rounds than settings allow. */
const MAX_ROUNDS = 20;

/** Empty when the attempt was not verified. */
export async function evidence(
  paths: Pick<StatePaths, 'runs'>,
  task: TaskId,
  attempt: number,
  masker: Masker,
): Promise<EvidenceRound[]> {
  const rounds: EvidenceRound[] = [];
  for (let round = 0; round <= MAX_ROUNDS; round += 1) {
    const outcome = readRoundOf(paths, { task, attempt }, round);
    if (outcome === null) break;
    const checks = outcome.checks.map((check, index) => toCheck(paths, { task, attempt, round, index }, check, masker));
    rounds.push({ round, verdict: outcome.verdict, checks: await Promise.all(checks) });
  }
  return rounds;
}

async function toCheck(
  paths: Pick<StatePaths, 'runs'>,
  at: { readonly task: TaskId; readonly attempt: number; readonly round: number; readonly index: number },
  check: VerifyOutcome['checks'][number],
  masker: Masker,
): Promise<EvidenceCheck> {
  const step = `verify-${at.round}-${at.index}`;
  const outputTail = await readTail(runDirectory(paths, at.task, at.attempt, step), masker);
  return { ...check, command: masker.maskText(check.command), step, outputTail };
}
