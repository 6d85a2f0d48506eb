/** What the repository says to tonight's work. */
import type { PreflightFinding } from '../../contracts/host-door.ts';
import type { Settings } from '../../contracts/settings.ts';
import type { RepositoryState } from '../git/inspect.ts';

/** Findings on base, identity, uncommitted changes and, in place, the state of the checkout. */
export function repositoryFindings(repository: RepositoryState, settings: Settings): PreflightFinding[] {
  const findings: PreflightFinding[] = [];
  if (repository.head === null) {
    findings.push({
      level: 'error',
      code: 'no_commit',
      message: `${repository.topLevel} has no commit yet: there is nothing to start from.`,
      repair: 'git commit --allow-empty -m "Start"',
    });
  }
  if (repository.identity === null) {
    findings.push({
      level: 'error',
      code: 'git_identity_missing',
      message: 'git does not know who commits here.',
      repair: 'git config --global user.name "..." && git config --global user.email "..."',
    });
  }
  return [...findings, ...(settings.workspace.mode === 'in-place' ? inPlace(repository) : inWorktree(repository))];
}

function inPlace(repository: RepositoryState): PreflightFinding[] {
  const findings: PreflightFinding[] = [
    {
      level: 'info',
      code: 'in_place',
      message: `The work is done in ${repository.topLevel} itself: hands off while it runs.`,
      repair: null,
    },
  ];
  if (repository.trackedChanges > 0 || repository.inProgress !== null) {
    const what =
      repository.inProgress === null
        ? `${repository.trackedChanges} uncommitted ${repository.trackedChanges === 1 ? 'change' : 'changes'} to tracked files (${repository.trackedPaths.slice(0, 3).join(', ')})`
        : `a ${repository.inProgress} in progress`;
    findings.push({
      level: 'error',
      code: 'checkout_dirty',
      message: `The checkout has ${what}.`,
      repair: repository.inProgress === null ? 'git stash' : `git ${repository.inProgress} --abort`,
    });
  }
  if (repository.branch === null) {
    findings.push({
      level: 'error',
      code: 'detached_head',
      message: 'The checkout is on no branch.',
      repair: 'git switch <branch>',
    });
  }
  return findings;
}

function inWorktree(repository: RepositoryState): PreflightFinding[] {
  const count = repository.trackedChanges + repository.untracked;
  if (count === 0) return [];
  const files = count === 1 ? 'file is' : 'files are';
  return [
    {
      level: 'info',
      code: 'uncommitted_changes',
      message: `${count} changed or untracked ${files} not part of tonight's base: the work starts from the last commit.`,
      repair: 'Commit what the work needs.',
    },
  ];
}
