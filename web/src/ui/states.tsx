/** What a place shows when it has nothing to show: four different reasons, four different answers. */
import type { ReactNode } from 'react';
import { describeError } from '../data/describe-error.ts';
import { Button } from './button.tsx';
import { Command } from './command.tsx';

/** The first time: what this place is for, and how it is filled. */
export function FirstRun({
  title,
  text,
  children,
}: {
  readonly title: string;
  readonly text: string;
  readonly children?: ReactNode;
}) {
  return (
    <section className="blank">
      <svg className="blank-art" viewBox="0 0 120 48" aria-hidden="true" focusable="false">
        <path d="M4 12h112M4 24h66M4 36h112" />
        <circle cx="92" cy="24" r="7" />
      </svg>
      <h2>{title}</h2>
      <p>{text}</p>
      {children}
    </section>
  );
}

/** Nothing fits the filter. */
export function NoMatch({ what, onClear }: { readonly what: string; readonly onClear: () => void }) {
  return (
    <div className="blank blank-small">
      <p>No {what} fits the filter.</p>
      <Button onPress={onClear}>Clear the filter</Button>
    </div>
  );
}

/** It could not be read. */
export function Failed({ error, onRetry }: { readonly error: unknown; readonly onRetry: () => void }) {
  const { fact, hint } = describeError(error);
  return (
    <div className="blank blank-small" role="alert">
      <h2>This could not be loaded</h2>
      <p>{fact}</p>
      {hint !== null && <p className="quiet">{hint}</p>}
      <Button onPress={onRetry}>Try again</Button>
    </div>
  );
}

/** It is being read. */
export function Loading({ what }: { readonly what: string }) {
  return (
    <p className="loading" role="status">
      Loading {what}…
    </p>
  );
}

/** What is missing, and the command that makes it. */
export function HowTo({ children, command }: { readonly children: ReactNode; readonly command: string }) {
  return (
    <div className="how-to">
      <p>{children}</p>
      <Command text={command} />
    </div>
  );
}
