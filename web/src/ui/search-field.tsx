/** A field that searches; Escape and its cross empty it. */
import { useRef } from 'react';
import { Button, Input, SearchField as AriaSearchField } from 'react-aria-components/SearchField';
import { CloseIcon, SearchIcon } from './icons.tsx';
import { useShortcut } from './shortcuts.ts';

/** See {@link SearchField}. */
export interface SearchFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** Enter. */
  readonly onSubmit?: () => void;
  readonly placeholder?: string;
}

/** `/` goes to it. */
export function SearchField({ label, value, onChange, onSubmit, placeholder = label }: SearchFieldProps) {
  const input = useRef<HTMLInputElement>(null);
  useShortcut('/', label, () => input.current?.focus());
  return (
    <AriaSearchField
      className="search"
      aria-label={label}
      value={value}
      onChange={onChange}
      {...(onSubmit === undefined ? {} : { onSubmit })}
    >
      <SearchIcon />
      <Input ref={input} className="input" placeholder={placeholder} />
      <Button className="icon-button" aria-label="Clear the search">
        <CloseIcon />
      </Button>
    </AriaSearchField>
  );
}
