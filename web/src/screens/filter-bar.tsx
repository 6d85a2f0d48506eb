/** A choice of states with their numbers, and a field that searches names. */
import { useRef } from 'react';
import { useShortcut } from '../ui/shortcuts.tsx';

/** See {@link FilterBar}. */
export interface FilterBarProps {
  readonly choices: readonly { readonly value: string; readonly label: string; readonly count: number }[];
  readonly total: number;
  /** Chosen one; undefined: all. */
  readonly value: string | undefined;
  readonly onChoose: (value: string | undefined) => void;
  readonly query: string;
  readonly onQuery: (text: string) => void;
}

/** See above. Choices without anything are left out, unless chosen. */
export function FilterBar({ choices, total, value, onChoose, query, onQuery }: FilterBarProps) {
  const all = [{ value: undefined, label: 'All', count: total }, ...choices];
  return (
    <div className="filter-bar">
      <div className="segmented" role="group" aria-label="Show">
        {all
          .filter((choice) => choice.count > 0 || choice.value === value)
          .map((choice) => (
            <button
              key={choice.label}
              type="button"
              aria-pressed={choice.value === value}
              onClick={() => onChoose(choice.value)}
            >
              {choice.label} <span className="number">{choice.count}</span>
            </button>
          ))}
      </div>
      <SearchField query={query} onQuery={onQuery} />
    </div>
  );
}

/** Searches names; `/` goes to it. */
export function SearchField({ query, onQuery }: Pick<FilterBarProps, 'query' | 'onQuery'>) {
  const field = useRef<HTMLInputElement>(null);
  useShortcut('/', 'Search by name', () => field.current?.focus());
  return (
    <input
      ref={field}
      type="search"
      className="search"
      aria-label="Search by name"
      placeholder="Search by name"
      value={query}
      onChange={(event) => onQuery(event.target.value)}
    />
  );
}
