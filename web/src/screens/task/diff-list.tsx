/** The files of a change, one below the other. Only rows in view exist: a change of 100,000 lines is as quick as a small one. */
import { useEffect, useMemo, useRef, useState } from 'react';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useQuery } from '@tanstack/react-query';
import { diffFileQuery } from '../../data/queries.ts';
import { linesOfPatch, splitRows } from '../../model/diff.ts';
import type { DiffLine, SplitRow } from '../../model/diff.ts';
import { Button } from '../../ui/button.tsx';
import { Checkbox } from '../../ui/fields.tsx';
import { UnfoldIcon } from '../../ui/icons.tsx';
import { describeError } from '../../data/describe-error.ts';
import { Lines } from './diff-parts.tsx';
import type { DiffFile, DiffView } from './diff-parts.tsx';
import { SplitLine, UnifiedLine } from './diff-line.tsx';

/** See {@link DiffList}. */
export interface DiffListProps {
  readonly task: string;
  readonly files: readonly DiffFile[];
  readonly view: DiffView;
  readonly open: ReadonlySet<string>;
  readonly viewed: ReadonlySet<string>;
  readonly onToggle: (path: string, isOpen: boolean) => void;
  readonly onViewed: (path: string, isViewed: boolean) => void;
}

type Row =
  | { readonly kind: 'file'; readonly file: DiffFile }
  | { readonly kind: 'line'; readonly line: DiffLine; readonly partner: DiffLine | null }
  | { readonly kind: 'split'; readonly row: SplitRow }
  | { readonly kind: 'missing'; readonly file: DiffFile };

const FILE_PX = 44;
const LINE_PX = 20;
const OVERSCAN = 30;

/** See above. */
export function DiffList(props: DiffListProps) {
  const { task, files, view, open, viewed, onToggle, onViewed } = props;
  const [loaded, setLoaded] = useState<ReadonlyMap<string, string>>(new Map());
  const box = useRef<HTMLDivElement>(null);
  const [margin, setMargin] = useState(0);
  useEffect(() => {
    const top = box.current?.getBoundingClientRect().top ?? 0;
    setMargin(top + window.scrollY);
  }, []);
  const rows = useMemo(() => rowsOf(files, view, open, loaded), [files, view, open, loaded]);
  const list = useWindowVirtualizer({
    count: rows.length,
    estimateSize: (index) => (rows[index]?.kind === 'file' ? FILE_PX : LINE_PX),
    overscan: OVERSCAN,
    scrollMargin: margin,
  });
  return (
    <div ref={box} className={`diff diff-${view}`}>
      <div className="diff-rows" style={{ height: list.getTotalSize() }}>
        {list.getVirtualItems().map((item) => {
          const row = rows[item.index];
          if (row === undefined) return null;
          return (
            <div
              key={item.key}
              ref={list.measureElement}
              data-index={item.index}
              className="diff-row"
              style={{ transform: `translateY(${item.start - margin}px)` }}
            >
              {row.kind === 'file' && (
                <FileHead
                  file={row.file}
                  isOpen={open.has(row.file.path)}
                  isViewed={viewed.has(row.file.path)}
                  onToggle={onToggle}
                  onViewed={onViewed}
                />
              )}
              {row.kind === 'line' && <UnifiedLine line={row.line} partner={row.partner} />}
              {row.kind === 'split' && <SplitLine row={row.row} />}
              {row.kind === 'missing' && (
                <Missing
                  task={task}
                  file={row.file}
                  onLoaded={(patch) => setLoaded(new Map(loaded).set(row.file.path, patch))}
                />
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

const STATUS_WORDS: Readonly<Record<DiffFile['status'], string>> = {
  added: 'Added',
  modified: 'Changed',
  deleted: 'Deleted',
  renamed: 'Renamed',
  copied: 'Copied',
  type_changed: 'Other type',
};

function FileHead(props: {
  readonly file: DiffFile;
  readonly isOpen: boolean;
  readonly isViewed: boolean;
  readonly onToggle: DiffListProps['onToggle'];
  readonly onViewed: DiffListProps['onViewed'];
}) {
  const { file, isOpen, isViewed, onToggle, onViewed } = props;
  return (
    <div className={isOpen ? 'diff-file diff-file-open' : 'diff-file'}>
      <button type="button" className="diff-fold" aria-expanded={isOpen} onClick={() => onToggle(file.path, !isOpen)}>
        <UnfoldIcon />
        <span className="diff-path">
          {file.oldPath !== null && <span className="quiet">{file.oldPath} → </span>}
          {file.path}
        </span>
      </button>
      <span className="quiet small">{STATUS_WORDS[file.status]}</span>
      <Lines added={file.additions} removed={file.deletions} />
      <Checkbox isSelected={isViewed} onChange={(next) => onViewed(file.path, next)}>
        <span className="small">
          Viewed<span className="visually-hidden"> {file.path}</span>
        </span>
      </Checkbox>
    </div>
  );
}

function Missing(props: {
  readonly task: string;
  readonly file: DiffFile;
  readonly onLoaded: (patch: string) => void;
}) {
  const { task, file, onLoaded } = props;
  const [isAsked, setAsked] = useState(false);
  const { data, error } = useQuery(diffFileQuery(task, file.path, isAsked));
  const patch = data?.files[0]?.patch ?? null;
  useEffect(() => {
    if (patch !== null) onLoaded(patch);
  }, [patch, onLoaded]);
  if (file.binary) return <p className="diff-missing quiet">A binary file, or larger than 1 MB: not shown.</p>;
  if (error !== null) return <p className="diff-missing problem">{describeError(error).fact}</p>;
  if (data !== undefined && patch === null)
    return <p className="diff-missing quiet">Too large to be shown, also alone.</p>;
  return (
    <p className="diff-missing">
      <Button size="s" isPending={isAsked} onPress={() => setAsked(true)}>
        Load this file
      </Button>
    </p>
  );
}

function rowsOf(
  files: readonly DiffFile[],
  view: DiffView,
  open: ReadonlySet<string>,
  loaded: ReadonlyMap<string, string>,
): Row[] {
  return files.flatMap((file): Row[] => {
    const head: Row = { kind: 'file', file };
    if (!open.has(file.path)) return [head];
    const patch = loaded.get(file.path) ?? file.patch;
    if (patch === null) return [head, { kind: 'missing', file }];
    const lines = linesOfPatch(patch);
    return [head, ...(view === 'split' ? splitRows(lines).map(toSplit) : paired(lines))];
  });
}

function toSplit(row: SplitRow): Row {
  return { kind: 'split', row };
}

/** Each removed line with the one that took its place, so that both can show where they differ. */
function paired(lines: readonly DiffLine[]): Row[] {
  const partners = new Map<DiffLine, DiffLine>();
  for (const { before, after } of splitRows(lines)) {
    if (before === null || after === null || before === after) continue;
    partners.set(before, after);
    partners.set(after, before);
  }
  return lines.map((line) => ({ kind: 'line', line, partner: partners.get(line) ?? null }));
}
