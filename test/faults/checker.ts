/**
 * The checker: reads database, Temporal histories, repositories, run directories and process table after a night and returns every
 * violation of the promises that can be seen from there (design: P1 P2 P3 P5 P6 P7 P8 P12 P13; P4 where it is told who has to live).
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { findMarked } from '../support/marked-processes.ts';
import { readState } from './facts.ts';
import type { StateFacts } from './facts.ts';
import { checkRepository } from './check-repository.ts';
import { checkHistories } from './check-histories.ts';
import { checkRuns } from './check-runs.ts';
import { checkTransfers } from './check-transfers.ts';
import type { Histories } from './histories.ts';
import type { Snapshot } from './repository-facts.ts';

/** One broken promise. */
export interface Violation {
  readonly promise: 'P1' | 'P2' | 'P3' | 'P4' | 'P5' | 'P6' | 'P7' | 'P8' | 'P12' | 'P13';
  readonly text: string;
}

/** A process that must have survived what was done to others. */
export interface Survivor {
  readonly marker: string;
  /** Pids with this marker before the fault. */
  readonly pids: readonly number[];
}

/** Where to look. */
export interface CheckRequest {
  /** State directory. */
  readonly home: string;
  /** The user's part of each repository, as it was before. */
  readonly before: readonly Snapshot[];
  /** File in which each run of the agent wrote `begin <marker>`; absent: not looked at. */
  readonly witness?: string;
  /** Processes that had to survive, as seen right after the fault. */
  readonly survivors?: readonly (Survivor & { readonly pidsAfter: readonly number[] })[];
  /** What Temporal remembers; absent: not looked at. */
  readonly histories?: Histories;
  /** How long processes of ended tasks may take to go; default 15,000. */
  readonly graceMs?: number;
}

/** All violations; empty is good. Batches that still run are checked as far as they got. */
export async function check(request: CheckRequest): Promise<Violation[]> {
  const state = await readState(request.home);
  const repositories = await Promise.all(request.before.map((before) => checkRepository(state, before)));
  return [
    ...checkRuns(state),
    ...checkTransfers(state),
    ...(request.histories === undefined ? [] : checkHistories(request.histories, state.tasks)),
    ...(request.witness === undefined ? [] : await checkWitness(request.witness)),
    ...repositories.flat(),
    ...checkSurvivors(request.survivors ?? []),
    ...(await checkProcesses(state, request.graceMs ?? 15_000)),
  ];
}

/** An agent that says twice that it begins was started twice for one step. */
async function checkWitness(file: string): Promise<Violation[]> {
  const seen = new Set<string>();
  const violations: Violation[] = [];
  for (const line of (await readFile(file, 'utf8').catch(() => '')).split('\n').filter(Boolean)) {
    if (seen.has(line)) violations.push({ promise: 'P1', text: `the agent of one step began twice: ${line}` });
    seen.add(line);
  }
  return violations;
}

function checkSurvivors(survivors: NonNullable<CheckRequest['survivors']>): Violation[] {
  return survivors
    .filter(({ pids, pidsAfter }) => pids.some((pid) => !pidsAfter.includes(pid)))
    .map(({ marker, pids }) => ({ promise: 'P4', text: `an agent died with us: ${marker} (pids ${pids.join(', ')})` }));
}

/** Nothing of ours may live but the runs of tasks that still run. */
async function checkProcesses(state: StateFacts, graceMs: number): Promise<Violation[]> {
  const running = new Set(state.tasks.filter((task) => task.status === 'running').map((task) => task.id));
  const open = new Set(state.batches.filter((batch) => batch.status === 'running').map((batch) => batch.id));
  const deadline = performance.now() + graceMs;
  for (;;) {
    const all = await findMarked(`${state.installation}/`);
    const allowed = await Promise.all([...running, ...open].map((id) => findMarked(`${state.installation}/${id}/`)));
    const left = all.filter((pid) => !allowed.flat().includes(pid));
    if (left.length === 0) return [];
    if (performance.now() > deadline) {
      return [{ promise: 'P5', text: `processes with our marker outlived their task: ${left.join(', ')}` }];
    }
    await sleep(100);
  }
}
