/** A log with its tools: search on the server, first error, follow, wrap. */
import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { findFirstError, logSearchQuery } from '../../data/log-search.ts';
import type { LogPlace, LogState, LogWindow } from '../../data/log-window.ts';
import { describeError } from '../../data/describe-error.ts';
import { bytes } from '../../model/format.ts';
import { Button } from '../../ui/button.tsx';
import { notify } from '../../ui/notify.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { useShortcut } from '../../ui/shortcuts.ts';
import { LogList } from './log-list.tsx';
import { LogMatchList } from './log-match-list.tsx';
import { rowsOf } from './log-rows.ts';
import type { LogViewName } from './log-rows.ts';

/** See {@link LogView}. */
export interface LogViewProps {
  readonly place: LogPlace;
  readonly log: LogWindow;
  readonly state: LogState;
  readonly view: LogViewName;
  /** Byte that the address points to; null: the end. */
  readonly at: number | null;
  /** What is searched for; empty: nothing. */
  readonly query: string;
  readonly onQuery: (text: string) => void;
  readonly onPlace: (offset: number) => void;
  readonly onEnd: () => void;
}

/** See above. */
export function LogView(props: LogViewProps) {
  const { place, log, state, view, at, query, onQuery, onPlace, onEnd } = props;
  const [text, setText] = useState(query);
  const [isFollowing, setFollowing] = useState(at === null);
  const [isWrapped, setWrapped] = useState(true);
  const found = useQuery(logSearchQuery(place, query));
  const rows = rowsOf(state.lines, view);
  const follow = at === null && state.isAtEnd ? () => setFollowing(!isFollowing) : onEnd;
  const jumpToError = (): void => void showFirstError(place, onPlace);
  useShortcut('f', 'Follow the end of the log', follow);
  useShortcut('e', 'Jump to the first error in the log', jumpToError);
  useShortcut('w', 'Wrap long lines of the log', () => setWrapped(!isWrapped));
  const change = (next: string): void => {
    setText(next);
    if (next === '') onQuery('');
  };
  const isLive = isFollowing && at === null && state.isAtEnd;
  return (
    <>
      <LogTools
        text={text}
        onText={change}
        onSearch={() => onQuery(text.trim())}
        onError={jumpToError}
        isWrapped={isWrapped}
        onWrap={() => setWrapped(!isWrapped)}
        isLive={isLive}
        onFollow={follow}
        state={state}
      />
      {query !== '' && (
        <LogMatchList
          query={query}
          found={found.data}
          isSearching={found.isFetching}
          error={found.error}
          at={at}
          onPlace={onPlace}
          onClose={() => change('')}
        />
      )}
      <LogList
        log={log}
        state={state}
        rows={rows}
        view={view}
        isWrapped={isWrapped}
        at={at}
        isFollowing={isFollowing}
        onFollow={setFollowing}
        onPlace={onPlace}
      />
    </>
  );
}

function LogTools(props: {
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly onSearch: () => void;
  readonly onError: () => void;
  readonly isWrapped: boolean;
  readonly onWrap: () => void;
  readonly isLive: boolean;
  readonly onFollow: () => void;
  readonly state: LogState;
}) {
  const { isWrapped, isLive, state } = props;
  return (
    <div className="log-tools">
      <SearchField label="Search the whole log" value={props.text} onChange={props.onText} onSubmit={props.onSearch} />
      <Button size="s" onPress={props.onError}>
        First error
      </Button>
      <Button size="s" kind="quiet" onPress={props.onWrap}>
        {isWrapped ? 'Do not wrap' : 'Wrap'}
      </Button>
      {!(isLive && state.ended) && (
        <Button size="s" kind={isLive ? 'quiet' : 'plain'} onPress={props.onFollow}>
          {isLive ? 'Stop following' : 'Follow'}
        </Button>
      )}
      <span className="quiet number log-size">
        {bytes(state.totalBytes)}
        {state.ended ? '' : ', growing'}
      </span>
    </div>
  );
}

const LONGEST_LOOK_MS = 120_000;

async function showFirstError(place: LogPlace, onPlace: (offset: number) => void): Promise<void> {
  try {
    const offset = await findFirstError(place, AbortSignal.timeout(LONGEST_LOOK_MS));
    if (offset === null) notify({ tone: 'info', text: 'Nothing in this log speaks of an error.', id: 'first-error' });
    else onPlace(offset);
  } catch (error) {
    const { fact, hint } = describeError(error);
    notify({ tone: 'error', text: fact, hint, id: 'first-error' });
  }
}
