/** The rows of a log in a box that scrolls: only those in view exist, and more is read as one comes near an end. */
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useVirtualizer } from '@tanstack/react-virtual';
import type { Virtualizer } from '@tanstack/react-virtual';
import type { LogState, LogWindow } from '../../data/log-window.ts';
import { bytes } from '../../model/format.ts';
import type { LogRow, LogViewName } from './log-rows.ts';
import { LogText } from './log-text.tsx';

/** See {@link LogList}. */
export interface LogListProps {
  readonly log: LogWindow;
  readonly state: LogState;
  readonly rows: readonly LogRow[];
  readonly view: LogViewName;
  readonly isWrapped: boolean;
  /** Byte of the line to show first, marked; null: the end. */
  readonly at: number | null;
  readonly isFollowing: boolean;
  /** Somebody scrolled away from the end, or back to it. */
  readonly onFollow: (isFollowing: boolean) => void;
  readonly onPlace: (offset: number) => void;
}

type RowList = Virtualizer<HTMLDivElement, Element>;

const RAW_PX = 20;
const ENTRY_PX = 36;
const OVERSCAN = 16;
/** So near to the end counts as at the end. */
const END_PX = 40;
/** So near to an end of the window more is read. */
const NEAR_PX = 600;

/** See above. */
export function LogList(props: LogListProps) {
  const { log, state, rows, view, isWrapped, at, onPlace } = props;
  const box = useRef<HTMLDivElement>(null);
  const list: RowList = useVirtualizer<HTMLDivElement, Element>({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => (view === 'raw' ? RAW_PX : ENTRY_PX),
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: OVERSCAN,
  });
  useShownFirst(list, rows, at);
  useAnchored(box, list, rows);
  const onScroll = useScrolling(box, list, props);
  useFilled(box, list, props);
  return (
    <div
      ref={box}
      className={`log-box log-${view} ${isWrapped ? 'log-wrapped' : 'log-unwrapped'}`}
      tabIndex={0}
      role="log"
      aria-label="Log text"
      aria-live="off"
      onScroll={onScroll}
    >
      {state.start > 0 && (
        <button type="button" className="log-more" onClick={() => void log.earlier()}>
          {bytes(state.start)} before this
        </button>
      )}
      {rows.length === 0 && <p className="log-blank">Nothing was written here.</p>}
      <div className="log-rows" style={{ height: list.getTotalSize() }}>
        <Rows list={list} rows={rows} at={at} onPlace={onPlace} />
      </div>
      {!state.isAtEnd && !state.ended && rows.length > 0 && (
        <button type="button" className="log-more" onClick={() => void log.later()}>
          More
        </button>
      )}
    </div>
  );
}

function Rows(props: { readonly list: RowList } & Pick<LogListProps, 'rows' | 'at' | 'onPlace'>) {
  const { list, rows, at, onPlace } = props;
  return list.getVirtualItems().map((item) => {
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
          className="log-anchor"
          tabIndex={-1}
          aria-label={`Link to the line at byte ${row.offset}`}
          onClick={() => onPlace(row.offset)}
        >
          #
        </button>
        <LogText row={row} />
      </div>
    );
  });
}

/** A first piece of few long lines leaves room: what was before it fills it. */
function useFilled(
  box: { readonly current: HTMLDivElement | null },
  list: RowList,
  { log, state: { start }, rows }: LogListProps,
): void {
  useEffect(() => {
    if (start > 0 && list.getTotalSize() < (box.current?.clientHeight ?? 0)) void log.earlier();
  }, [box, list, log, start, rows.length]);
}

/** The line that the address names is in the middle, once. */
function useShownFirst(list: RowList, rows: readonly LogRow[], at: number | null): void {
  const [shown, setShown] = useState<number | null>(null);
  useEffect(() => {
    if (at === null || shown === at || rows.length === 0) return;
    const after = rows.findIndex(({ offset }) => offset > at);
    const index = after === -1 ? rows.length - 1 : Math.max(0, after - 1);
    list.scrollToIndex(index, { align: 'center' });
    setShown(at);
  }, [list, rows, at, shown]);
}

/** When rows come or go at the beginning, what one reads stays where it is. */
function useAnchored(box: { readonly current: HTMLDivElement | null }, list: RowList, rows: readonly LogRow[]): void {
  const before = useRef<{ readonly key: string; readonly top: number } | null>(null);
  const first = rows[0]?.key;
  const lastFirst = useRef(first);
  useLayoutEffect(() => {
    const anchor = before.current;
    if (lastFirst.current !== first && anchor !== null && box.current !== null) {
      const index = rows.findIndex(({ key }) => key === anchor.key);
      const offset = index === -1 ? undefined : list.getOffsetForIndex(index, 'start')?.[0];
      if (offset !== undefined) list.scrollToOffset(offset - anchor.top);
    }
    lastFirst.current = first;
  }, [box, list, rows, first]);
  useLayoutEffect(() => {
    const scrollTop = box.current?.scrollTop ?? 0;
    const top = list.getVirtualItems().find((item) => item.end > scrollTop);
    const key = top === undefined ? undefined : rows[top.index]?.key;
    before.current = top === undefined || key === undefined ? null : { key, top: top.start - scrollTop };
  });
}

function useScrolling(
  box: { readonly current: HTMLDivElement | null },
  list: RowList,
  { log, state, rows, isFollowing, onFollow }: LogListProps,
): () => void {
  const last = rows.length - 1;
  useEffect(() => {
    if (isFollowing && state.isAtEnd && last >= 0) list.scrollToIndex(last, { align: 'end' });
  }, [isFollowing, state, last, list]);
  return () => {
    const element = box.current;
    if (element === null) return;
    const left = element.scrollHeight - element.scrollTop - element.clientHeight;
    if (list.scrollDirection === 'backward') {
      if (isFollowing && left > END_PX) onFollow(false);
      if (element.scrollTop < NEAR_PX && state.start > 0) void log.earlier();
    }
    if (list.scrollDirection === 'forward') {
      if (left < NEAR_PX && !state.isAtEnd && !state.ended) void log.later();
      if (!isFollowing && left <= END_PX && state.isAtEnd && !state.ended) onFollow(true);
    }
  };
}
