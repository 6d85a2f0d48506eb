/** A log on screen: only the rows in view exist. */
import { Fragment, useEffect, useMemo, useRef, useState } from 'react';
import { useVirtualizer } from '@tanstack/react-virtual';
import type { Virtualizer } from '@tanstack/react-virtual';
import type { LogLine, LogState, LogWindow } from '../data/log-window.ts';
import { cleanLine, toSpans } from '../model/terminal.ts';
import { toEntries } from '../model/transcript.ts';
import type { Entry } from '../model/transcript.ts';
import { bytes, plural } from '../model/format.ts';
import { useShortcut } from '../ui/shortcuts.ts';

/** See {@link LogView}. */
export interface LogViewProps {
  readonly log: LogWindow;
  readonly state: LogState;
  readonly view: 'conversation' | 'raw';
  /** Byte that the address points to; null: the end. */
  readonly at: number | null;
  readonly onPlace: (offset: number) => void;
  readonly onEnd: () => void;
}

interface Row {
  readonly key: string;
  readonly offset: number;
  readonly entry: Entry | null;
  readonly text: string;
}

const RAW_PX = 20;
const ENTRY_PX = 44;
const OVERSCAN = 20;
/** So near to the end counts as at the end. */
const END_PX = 48;
const ERROR = /\b(error|failed|failure|fatal|panic|exception|traceback)\b/i;

/** See above. */
export function LogView({ log, state, view, at, onPlace, onEnd }: LogViewProps) {
  const [query, setQuery] = useState('');
  const rows = useRows(state.lines, view, query);
  const { box, list, isFollowing, setFollowing, onScroll } = useFollowing(rows, view, at === null);
  const jumpToError = (): void => {
    const found = rows.findIndex(({ entry, text }) => entry?.isError === true || ERROR.test(text));
    if (found === -1) return;
    setFollowing(false);
    list.scrollToIndex(found, { align: 'center' });
  };
  const follow = at === null ? () => setFollowing(!isFollowing) : onEnd;
  useShortcut('f', 'Follow the end of the log', follow);
  useShortcut('e', 'Jump to the first error in the log', jumpToError);
  const size = `${bytes(state.totalBytes)}${state.ended ? '' : ', growing'}`;
  return (
    <>
      <div className="log-tools">
        <input
          type="search"
          className="search"
          aria-label="Search in what is loaded of the log"
          placeholder="Search"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
        />
        <button type="button" className="button button-small" onClick={jumpToError}>
          First error
        </button>
        <button type="button" className="button button-small" aria-pressed={isFollowing} onClick={follow}>
          {at === null ? 'Follow' : 'Go to the end'}
        </button>
        <span className="quiet number log-size" role="status">
          {query === '' ? size : plural(rows.length, 'match', 'matches')}
        </span>
      </div>
      <div
        ref={box}
        className={`log-box log-${view}`}
        tabIndex={0}
        role="log"
        aria-label="Log text"
        aria-live="off"
        onScroll={onScroll}
      >
        {state.start > 0 && (
          <button type="button" className="log-earlier" onClick={() => void log.earlier()}>
            Load the piece before ({bytes(state.start)} more)
          </button>
        )}
        {rows.length === 0 && (
          <p className="log-blank">{query === '' ? 'Nothing was written here.' : 'Nothing in what is loaded fits.'}</p>
        )}
        <Rows rows={rows} list={list} at={at} onPlace={onPlace} />
      </div>
    </>
  );
}

type RowList = Virtualizer<HTMLDivElement, Element>;

function useRows(lines: readonly LogLine[], view: LogViewProps['view'], query: string): readonly Row[] {
  const all = useMemo(() => lines.flatMap((line) => toRows(line, view)), [lines, view]);
  return useMemo(() => {
    const words = query.toLowerCase();
    return words === '' ? all : all.filter(({ text }) => text.toLowerCase().includes(words));
  }, [all, query]);
}

/** The box and its rows; stays at the end until somebody scrolls up. */
function useFollowing(rows: readonly Row[], view: LogViewProps['view'], isAtFirst: boolean) {
  const box = useRef<HTMLDivElement>(null);
  const [isFollowing, setFollowing] = useState(isAtFirst);
  const list: RowList = useVirtualizer<HTMLDivElement, Element>({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => (view === 'raw' ? RAW_PX : ENTRY_PX),
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: OVERSCAN,
  });
  const last = rows.length - 1;
  useEffect(() => {
    if (isFollowing && last >= 0) list.scrollToIndex(last, { align: 'end' });
  }, [isFollowing, last, list]);
  const onScroll = (): void => {
    const element = box.current;
    if (element === null || !isFollowing) return;
    const isAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight < END_PX;
    if (!isAtEnd && list.scrollDirection === 'backward') setFollowing(false);
  };
  return { box, list, isFollowing, setFollowing, onScroll };
}

function Rows({
  rows,
  list,
  at,
  onPlace,
}: { rows: readonly Row[]; list: RowList } & Pick<LogViewProps, 'at' | 'onPlace'>) {
  return (
    <div className="log-rows" style={{ height: list.getTotalSize() }}>
      {list.getVirtualItems().map((item) => {
        const row = rows[item.index];
        if (row === undefined) return null;
        return (
          <div
            key={item.key}
            ref={list.measureElement}
            data-index={item.index}
            className={row.offset === at ? 'log-row log-row-here' : 'log-row'}
            style={{ transform: `translateY(${item.start}px)` }}
          >
            <button
              type="button"
              className="log-anchor number"
              tabIndex={-1}
              aria-label={`${item.index + 1}: link to this line`}
              onClick={() => onPlace(row.offset)}
            >
              {item.index + 1}
            </button>
            {row.entry === null ? <RawLine text={row.text} /> : <EntryView entry={row.entry} />}
          </div>
        );
      })}
    </div>
  );
}

function toRows(line: LogLine, view: LogViewProps['view']): Row[] {
  const { offset, text } = line;
  if (view === 'raw') return [{ key: `${offset}`, offset, entry: null, text }];
  return toEntries(text).map((entry, at) => ({ key: `${offset}.${at}`, offset, entry, text: entry.text }));
}

function RawLine({ text }: { readonly text: string }) {
  return (
    <code className="log-text">
      <Coloured text={text} />
    </code>
  );
}

const ENTRY_WORDS: Readonly<Record<Entry['kind'], string>> = {
  start: 'Start',
  message: 'Agent',
  thought: 'Thinking',
  call: 'Tool',
  result: 'Result',
  limit: 'Limit',
  end: 'End',
  output: 'Output',
};

function EntryView({ entry }: { readonly entry: Entry }) {
  const word =
    entry.kind === 'call' && entry.title !== null && entry.title !== '' ? entry.title : ENTRY_WORDS[entry.kind];
  return (
    <div className={`entry entry-${entry.kind}${entry.isError ? ' entry-error' : ''}`}>
      <span className="entry-word">{entry.isError ? 'Error' : cleanLine(word)}</span>
      <span className="entry-text">
        <Coloured text={entry.text.trimEnd()} />
      </span>
    </div>
  );
}

/** Terminal text, line by line. Stretches of a text have no other identity than their place. */
function Coloured({ text }: { readonly text: string }) {
  const lines = text.split('\n').map((line, at) => ({ at, spans: toSpans(line) }));
  return lines.map(({ at, spans }) => (
    <Fragment key={at}>
      {at > 0 && '\n'}
      {spans
        .map((span, place) => ({ ...span, place }))
        .map((span) => (
          <span key={span.place} className={span.className}>
            {span.text}
          </span>
        ))}
    </Fragment>
  ));
}
