/** Two texts of one file side by side. */
import { useMemo } from 'react';
import type { DiffLine } from '../../model/diff.ts';
import { compareTexts } from '../../model/text-diff.ts';

/** Two texts side by side, line by line; what differs is marked by sign and colour. */
export function TextComparison(props: {
  readonly before: string;
  readonly after: string;
  readonly beforeTitle: string;
  readonly afterTitle: string;
}) {
  const { before, after, beforeTitle, afterTitle } = props;
  const rows = useMemo(() => compareTexts(before, after), [before, after]);
  return (
    <div className="comparison" role="region" aria-label={`${beforeTitle}, and ${afterTitle}`} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{beforeTitle}</th>
            <th scope="col">{afterTitle}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.before?.before} ${row.after?.after}`}>
              <Side line={row.before} />
              <Side line={row.after} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Side({ line }: { readonly line: DiffLine | null }) {
  if (line === null) return <td className="line-none" />;
  return (
    <td className={`line-${line.kind}`}>
      {line.kind !== 'same' && <span className="line-sign">{line.kind === 'added' ? '+' : '−'}</span>}
      {line.text}
    </td>
  );
}
