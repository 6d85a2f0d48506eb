/** A choice of states with their numbers, and a field that searches names. */
import { SearchField } from '../ui/search-field.tsx';
import { Segmented } from '../ui/segmented.tsx';

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

const ALL = 'all';

/** See above. Choices without anything are left out, unless chosen. */
export function FilterBar({ choices, total, value, onChoose, query, onQuery }: FilterBarProps) {
  const shown = [{ value: ALL, label: 'All', count: total }, ...choices].filter(
    (choice) => choice.count > 0 || choice.value === (value ?? ALL),
  );
  return (
    <div className="filter-bar">
      <Segmented
        label="Show"
        value={value ?? ALL}
        onChange={(next) => onChoose(next === ALL ? undefined : next)}
        options={shown.map((choice) => ({
          value: choice.value,
          label: (
            <>
              {choice.label} <span className="number quiet">{choice.count}</span>
            </>
          ),
        }))}
      />
      <SearchField label="Search by name" value={query} onChange={onQuery} />
    </div>
  );
}
