/** What the report asks the user to do. */
import { describe, expect, it } from 'vitest';
import { needsYou, nextOf, totalsOf, toCounts } from '../../src/domain/report.ts';
import type { BatchFacts } from '../../src/domain/report.ts';
import type { TaskView } from '../../src/contracts/views.ts';

const task = (name: string, changes: Partial<TaskView> = {}): TaskView => ({
  id: `t_${name}`,
  name,
  project: 'shop',
  projectId: 'p_1',
  batchId: 'b_1',
  kind: 'requirement',
  after: [],
  whenNeededFailed: null,
  stage: null,
  status: 'completed',
  step: null,
  attempts: 1,
  agent: 'claude',
  commit: 'abc',
  salvageRef: null,
  failure: null,
  verified: 'passed',
  verification: [],
  waits: [],
  deniedTools: [],
  notes: [],
  startedAt: null,
  completedAt: null,
  durationMs: 0,
  costUsd: null,
  ...changes,
});

const batch = (changes: Partial<BatchFacts> = {}): BatchFacts => ({
  id: 'b_1',
  name: 'night',
  status: 'completed',
  hold: null,
  lane: { status: 'none', why: null, place: null, of: null, reason: null, until: null, message: null },
  deletedAt: null,
  onFailure: 'continue',
  project: 'shop',
  branch: 'nightloom/night',
  projects: [
    { project: 'shop', projectId: 'p_1', path: "/srv/o'hara", branch: 'nightloom/night', base: 'b45e', merged: false },
  ],
  counts: toCounts({ completed: 1 }),
  createdAt: '',
  startedAt: null,
  completedAt: null,
  recordedAt: '',
  costUsd: null,
  notes: [],
  forecast: null,
  limits: { attempts: null, maxFixes: null, onUsageLimit: null },
  tasks: [task('a')],
  ...changes,
});
const hold = { reason: 'needs_login' as const, since: '', until: null, message: 'Log in.' };
const commands = (next: { command: string }[]): string[] => next.map((each) => each.command);

describe('report', () => {
  it('ends with the git commands, quoted for a shell, and the kept work of failed tasks', () => {
    const failed = task('b', { status: 'failed', commit: null, salvageRef: 'refs/nightloom/salvage/t_b' });
    expect(commands(nextOf(batch({ tasks: [task('a'), failed] })))).toEqual([
      String.raw`git -C '/srv/o'\''hara' log --oneline b45e..nightloom/night`,
      String.raw`git -C '/srv/o'\''hara' diff b45e...nightloom/night`,
      String.raw`git -C '/srv/o'\''hara' merge nightloom/night`,
      String.raw`git -C '/srv/o'\''hara' show refs/nightloom/salvage/t_b`,
    ]);
  });

  it('has nothing to merge where the branch is merged, missing, or still being written', () => {
    const [project] = batch().projects;
    if (project === undefined) throw new Error('the batch has a project');
    expect(nextOf(batch({ projects: [{ ...project, merged: true }] }))).toEqual([]);
    expect(nextOf(batch({ projects: [{ ...project, branch: null }] }))).toEqual([]);
    expect(nextOf(batch({ status: 'running' }))).toEqual([]);
  });

  it('asks to resume what is paused or held without an end, not what waits for a known moment', () => {
    expect(commands(nextOf(batch({ status: 'paused' })))).toEqual(['nightloom batch resume b_1']);
    expect(needsYou([batch({ status: 'running', hold })])).toEqual([
      { why: 'night: Log in.', command: 'nightloom batch resume b_1' },
    ]);
    expect(needsYou([batch({ status: 'running', hold: { ...hold, until: '2026-01-01T00:00:00Z' } })])).toEqual([]);
  });

  it('names failures, and offers no merge of a branch on which nothing was completed', () => {
    const failure = { code: 'timed_out', message: 'Two hours are over.', step: 'agent' as const };
    const failed = task('b', { status: 'failed', commit: null, failure });
    const found = needsYou([batch({ counts: toCounts({ failed: 1 }), tasks: [failed] })]);
    expect(found).toEqual([{ why: 'b failed: Two hours are over', command: 'nightloom task show t_b' }]);
  });

  it('adds up; an unknown cost is not zero', () => {
    const counts = toCounts({ idle: 2, queued: 1, completed: 1 });
    expect(counts.queued).toBe(3);
    expect(totalsOf([batch({ counts }), batch({ counts })])).toMatchObject({
      queued: 6,
      completed: 2,
      costUsd: null,
      commits: 2,
    });
    expect(totalsOf([batch({ costUsd: 0.5 }), batch(), batch({ costUsd: 0.25 })]).costUsd).toBe(0.75);
  });
});
