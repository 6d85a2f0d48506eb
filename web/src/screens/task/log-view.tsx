/** A log with its tools: search on the server, first error, follow, wrap. */
import { useState } from 'react';
import type { LogPlace, LogState, LogWindow } from '../../data/log-window.ts';
import { bytes } from '../../model/format.ts';
import { Button } from '../../ui/button.tsx';
import { useShortcut } from '../../ui/shortcuts.ts';
import { LogList } from './log-list.tsx';
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
  const { log, state, view, at, onPlace, onEnd } = props;
  const [isFollowing, setFollowing] = useState(at === null);
  const [isWrapped, setWrapped] = useState(true);
  const rows = rowsOf(state.lines, view);
  const follow = at === null && state.isAtEnd ? () => setFollowing(!isFollowing) : onEnd;
  useShortcut('f', 'Follow the end of the log', follow);
  useShortcut('w', 'Wrap long lines of the log', () => setWrapped(!isWrapped));
  const isLive = isFollowing && at === null && state.isAtEnd;
  return (
    <>
      <div className="log-tools">
        <Button size="s" kind="quiet" onPress={() => setWrapped(!isWrapped)}>
          {isWrapped ? 'Do not wrap' : 'Wrap'}
        </Button>
        <Button size="s" kind={isLive ? 'quiet' : 'plain'} onPress={follow}>
          {isLive ? 'Stop following' : 'Follow'}
        </Button>
        <span className="quiet number log-size">
          {bytes(state.totalBytes)}
          {state.ended ? '' : ', growing'}
        </span>
      </div>
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
