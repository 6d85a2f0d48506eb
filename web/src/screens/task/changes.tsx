/** What a task changed: its commit, or the kept work of one that was not completed. */
import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { AppError } from '../../../../src/contracts/errors.ts';
import type { TaskDetail } from '../../../../src/contracts/views.ts';
import { diffQuery } from '../../data/queries.ts';
import { useViewed } from '../../data/viewed.ts';
import { plural, shortSha } from '../../model/format.ts';
import { Switch } from '../../ui/fields.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { Failed, Loading } from '../../ui/states.tsx';
import { DiffList } from './diff-list.tsx';
import { Lines } from './diff-parts.tsx';
import type { Diff, DiffFile, DiffView } from './diff-parts.tsx';
import '../../styles/diff.css';

/** See {@link Changes}. */
export interface ChangesProps {
  readonly task: TaskDetail;
  readonly view: DiffView;
  readonly isSpaceIgnored: boolean;
  readonly onChange: (next: { readonly view: DiffView; readonly isSpaceIgnored: boolean }) => void;
}

/** More changed lines than this, and files begin folded. */
const LONG_CHANGE = 3000;
const LONG_FILE = 600;

/** See above. */
export function Changes({ task, view, isSpaceIgnored, onChange }: ChangesProps) {
  const { data, error, refetch } = useQuery(diffQuery(task.id, isSpaceIgnored));
  if (data === undefined) {
    if (error === null) return <Loading what="the change" />;
    if (AppError.is(error) && error.category === 'not_found')
      return <p className="quiet">There is no change: nothing was committed, and no work was kept.</p>;
    return <Failed error={error} onRetry={() => void refetch()} />;
  }
  return (
    <div className="stack">
      <div className="filter-bar">
        <Segmented
          label="Columns"
          value={view}
          onChange={(next) => onChange({ view: next, isSpaceIgnored })}
          options={[
            { value: 'unified', label: 'Unified' },
            { value: 'split', label: 'Side by side' },
          ]}
        />
        <Switch isSelected={isSpaceIgnored} onChange={(next) => onChange({ view, isSpaceIgnored: next })}>
          <span className="small">Ignore whitespace</span>
        </Switch>
        <Summary diff={data} />
      </div>
      <Files key={data.commit} task={task.id} diff={data} view={view} />
    </div>
  );
}

function Summary({ diff }: { readonly diff: Diff }) {
  const sum = (key: 'additions' | 'deletions'): number => diff.files.reduce((all, file) => all + (file[key] ?? 0), 0);
  return (
    <p className="quiet small">
      {diff.source === 'salvage' ? 'Kept work, not committed: ' : ''}
      {plural(diff.totalFiles, 'file')}, <Lines added={sum('additions')} removed={sum('deletions')} />, in{' '}
      <code>{shortSha(diff.commit)}</code>
      {diff.truncated && '. A part of it is shown; files that are left out can be loaded one by one.'}
    </p>
  );
}

function Files({ task, diff, view }: { readonly task: string; readonly diff: Diff; readonly view: DiffView }) {
  const [viewed, mark] = useViewed(diff.commit);
  const [open, setOpen] = useState<ReadonlySet<string>>(() => openAtFirst(diff, viewed));
  const toggle = (path: string, isOpen: boolean): void => {
    const next = new Set(open);
    if (isOpen) next.add(path);
    else next.delete(path);
    setOpen(next);
  };
  return (
    <>
      <p className="quiet small" role="status">
        {viewed.size === 0 ? '' : `${viewed.size} of ${plural(diff.totalFiles, 'file')} viewed`}
      </p>
      <DiffList
        task={task}
        files={diff.files}
        view={view}
        open={open}
        viewed={viewed}
        onToggle={toggle}
        onViewed={(path, isViewed) => {
          mark(path, isViewed);
          toggle(path, !isViewed);
        }}
      />
    </>
  );
}

function sizeOf({ additions, deletions }: DiffFile): number {
  return (additions ?? 0) + (deletions ?? 0);
}

function openAtFirst(diff: Diff, viewed: ReadonlySet<string>): Set<string> {
  if (diff.files.reduce((sum, file) => sum + sizeOf(file), 0) > LONG_CHANGE) return new Set();
  const short = diff.files.filter((file) => sizeOf(file) <= LONG_FILE && !viewed.has(file.path));
  return new Set(short.map(({ path }) => path));
}
