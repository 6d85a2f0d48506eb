/** One row of a log. Whatever is in it is text. */
import { Fragment } from 'react';
import { cleanLine, toSpans } from '../../model/terminal.ts';
import type { Entry } from '../../model/transcript.ts';
import type { LogRow } from './log-rows.ts';

/** A line as it is, or an entry of the conversation. */
export function LogText({ row }: { readonly row: LogRow }) {
  if (row.entry !== null) return <EntryView entry={row.entry} />;
  return (
    <code className="log-text">
      <Coloured text={row.text} />
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
export function Coloured({ text }: { readonly text: string }) {
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
