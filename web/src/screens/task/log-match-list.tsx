/** What a search in a log has found; choosing a line shows it among its neighbours. */
import type { LogMatches } from '../../data/log-search.ts';
import { SHOWN_MATCHES } from '../../data/log-search.ts';
import { plural } from '../../model/format.ts';
import { cleanLine } from '../../model/terminal.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { CloseIcon } from '../../ui/icons.tsx';
import { useShortcut } from '../../ui/shortcuts.ts';
import { describeError } from '../../data/describe-error.ts';

/** See {@link LogMatchList}. */
export interface LogMatchListProps {
  readonly query: string;
  readonly found: LogMatches | undefined;
  readonly isSearching: boolean;
  readonly error: unknown;
  /** Byte that is shown. */
  readonly at: number | null;
  readonly onPlace: (offset: number) => void;
  readonly onClose: () => void;
}

/** `n` and `N` go from one to the next. */
export function LogMatchList({ query, found, isSearching, error, at, onPlace, onClose }: LogMatchListProps) {
  const matches = found?.matches ?? [];
  const now = matches.findIndex(({ offset }) => offset === at);
  const go = (by: number): void => {
    const next = matches.at((now + by) % Math.max(1, matches.length));
    if (next !== undefined) onPlace(next.offset);
  };
  useShortcut('n', 'Next match in the log', () => go(1));
  useShortcut('N', 'Match before in the log', () => go(-1));
  return (
    <section className="match-list" aria-label="Matches">
      <div className="row row-between">
        <span role="status" className="small number">
          {error === null ? word(matches.length, isSearching) : describeError(error).fact}
        </span>
        <span className="row row-tight">
          <Button size="s" kind="quiet" isDisabled={matches.length === 0} onPress={() => go(-1)}>
            Before
          </Button>
          <Button size="s" kind="quiet" isDisabled={matches.length === 0} onPress={() => go(1)}>
            Next
          </Button>
          <IconButton label="Close the matches" onPress={onClose}>
            <CloseIcon />
          </IconButton>
        </span>
      </div>
      <ol className="matches">
        {matches.map(({ offset, line, text }) => (
          <li key={offset}>
            <button
              type="button"
              className={offset === at ? 'match match-here' : 'match'}
              aria-current={offset === at}
              onClick={() => onPlace(offset)}
            >
              <span className="quiet number">{line}</span>
              <code>
                <Marked text={cleanLine(text)} query={query} />
              </code>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

function word(count: number, isSearching: boolean): string {
  if (isSearching) return 'Searching…';
  return count >= SHOWN_MATCHES ? `The first ${count} matches` : plural(count, 'match', 'matches');
}

const AROUND_CHARS = 60;

function Marked({ text, query }: { readonly text: string; readonly query: string }) {
  const at = text.toLowerCase().indexOf(query.toLowerCase());
  if (at === -1) return text;
  const from = Math.max(0, at - AROUND_CHARS);
  const end = at + query.length;
  return (
    <>
      {from > 0 && '…'}
      {text.slice(from, at)}
      <mark>{text.slice(at, end)}</mark>
      {text.slice(end)}
    </>
  );
}
