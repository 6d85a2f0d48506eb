/** The morning report: what needs you, what landed, what failed, what waited, what it cost, what runs next. */
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { Report as ReportView } from '../../../../src/contracts/views.ts';
import { reportQuery } from '../../data/queries.ts';
import { dollars, plural } from '../../model/format.ts';
import { openOf } from '../../model/progress.ts';
import { StatusIcon } from '../../ui/icons.tsx';
import type { Tone } from '../../model/words.ts';
import { Page } from '../../ui/page.tsx';
import { Select } from '../../ui/select.tsx';
import { Failed, FirstRun, Loading } from '../../ui/states.tsx';
import { ReportSections } from './report-sections.tsx';
import '../../styles/report.css';

const route = getRouteApi('/report');
const HOUR_MS = 3_600_000;

interface Span {
  readonly value: string;
  readonly label: string;
  /** null: the newest batches. */
  readonly hours: number | null;
}

const NIGHT: Span = { value: 'night', label: 'Last 16 hours', hours: 16 };
/** Spans to choose from; the value is in the address. */
const SPANS: readonly Span[] = [
  NIGHT,
  { value: 'week', label: 'Last 7 days', hours: 168 },
  { value: 'all', label: 'Newest batches', hours: null },
];

/** See above. */
export function Report() {
  const { since, batch } = route.useSearch();
  const navigate = route.useNavigate();
  const span = SPANS.find((each) => each.value === since) ?? NIGHT;
  // To the hour, so that the same page asks the same question.
  const fromMs = span.hours === null ? null : (Math.floor(Date.now() / HOUR_MS) - span.hours) * HOUR_MS;
  const query = {
    ...(batch === undefined ? {} : { batch }),
    ...(fromMs === null || batch !== undefined ? {} : { since: new Date(fromMs).toISOString() }),
  };
  const { data, error, refetch } = useQuery(reportQuery(query));
  return (
    <Page
      title="Morning report"
      lead={data !== undefined && data.batches.length > 0 && <Totals report={data} />}
      actions={
        batch === undefined ? (
          <Select
            label="Time"
            isLabelHidden
            value={span.value}
            onChange={(value) => void navigate({ search: { since: value } })}
            options={SPANS}
          />
        ) : (
          <Link to="/report" className="button button-plain">
            Of all batches
          </Link>
        )
      }
    >
      {data === undefined && error === null && <Loading what="the report" />}
      {data === undefined && error !== null && <Failed error={error} onRetry={() => void refetch()} />}
      {data !== undefined && data.batches.length === 0 && (
        <FirstRun
          title="Nothing happened in this time"
          text="When batches have worked, this page says in one look how it went."
        />
      )}
      {data !== undefined && data.batches.length > 0 && <ReportSections report={data} />}
    </Page>
  );
}

function Totals({ report: { totals, batches } }: { readonly report: ReportView }) {
  const items: readonly (readonly [tone: Tone, count: number, word: string])[] = [
    ['good', totals.completed, 'done'],
    ['bad', totals.failed, 'failed'],
    ['off', totals.skipped + totals.cancelled, 'left out'],
    ['idle', openOf(totals), 'to go'],
  ];
  return (
    <p className="report-totals number">
      {items
        .filter(([, count]) => count > 0)
        .map(([tone, count, word]) => (
          <span key={word} className="report-total">
            <StatusIcon tone={tone} /> <strong>{count}</strong> {word}
          </span>
        ))}
      <span>
        {plural(totals.commits, 'commit')} in {plural(batches.length, 'batch', 'batches')},{' '}
        {totals.costUsd === null ? 'cost not reported' : dollars(totals.costUsd)}
      </span>
    </p>
  );
}
