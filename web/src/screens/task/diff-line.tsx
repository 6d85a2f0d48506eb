/** One line of a change. The sign says what the colour says. */
import { changedParts } from '../../model/diff.ts';
import type { DiffLine, Parts, SplitRow } from '../../model/diff.ts';
import { cleanLine } from '../../model/terminal.ts';

const SIGNS: Readonly<Record<DiffLine['kind'], string>> = { same: ' ', added: '+', removed: '−', hunk: '', note: '' };

/** In one column. */
export function UnifiedLine({ line, partner }: { readonly line: DiffLine; readonly partner: DiffLine | null }) {
  return (
    <div className={`diff-line diff-${line.kind}`}>
      <span className="diff-number" aria-hidden="true">
        {line.before}
      </span>
      <span className="diff-number" aria-hidden="true">
        {line.after}
      </span>
      <Text line={line} partner={partner} />
    </div>
  );
}

/** In two columns. */
export function SplitLine({ row: { before, after } }: { readonly row: SplitRow }) {
  if (before !== null && (before.kind === 'hunk' || before.kind === 'note')) {
    return (
      <div className={`diff-line diff-${before.kind}`}>
        <Text line={before} partner={null} />
      </div>
    );
  }
  return (
    <div className="diff-pair">
      <Side line={before} number={before?.before ?? null} partner={after} />
      <Side line={after} number={after?.after ?? null} partner={before} />
    </div>
  );
}

function Side(props: {
  readonly line: DiffLine | null;
  readonly number: number | null;
  readonly partner: DiffLine | null;
}) {
  const { line, number, partner } = props;
  if (line === null) return <div className="diff-line diff-nothing" />;
  return (
    <div className={`diff-line diff-${line.kind}`}>
      <span className="diff-number" aria-hidden="true">
        {number}
      </span>
      <Text line={line} partner={partner === line ? null : partner} />
    </div>
  );
}

function Text({ line, partner }: { readonly line: DiffLine; readonly partner: DiffLine | null }) {
  return (
    <code className="diff-text">
      <span className="diff-sign">{SIGNS[line.kind]}</span>
      <Content line={line} partner={partner} />
    </code>
  );
}

function Content({ line, partner }: { readonly line: DiffLine; readonly partner: DiffLine | null }) {
  const text = cleanLine(line.text);
  if (partner === null || line.kind === 'same') return text;
  const other = cleanLine(partner.text);
  const parts = line.kind === 'removed' ? changedParts(text, other)?.before : changedParts(other, text)?.after;
  return parts === undefined ? text : <Marked parts={parts} />;
}

function Marked({ parts: [head, changed, tail] }: { readonly parts: Parts }) {
  return (
    <>
      {head}
      <span className="diff-changed">{changed}</span>
      {tail}
    </>
  );
}
