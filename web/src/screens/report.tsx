/** The morning report: what needs you, what landed, what failed, what waited, what it cost, what is left. */
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { BatchView, Report as ReportView, TaskView } from '../../../src/contracts/views.ts';
import { reportQuery } from '../data/queries.ts';
import { dollars, duration, plural, shortSha, toMs } from '../model/format.ts';
import { openOf } from '../model/progress.ts';
import { holdSentence, stepWord, waitWord } from '../model/words.ts';
import { Command } from '../ui/command.tsx';
import { StatusIcon } from '../ui/icons.tsx';
import { Page } from '../ui/page.tsx';
import { Select } from '../ui/select.tsx';
import { Failed, FirstRun, Loading } from '../ui/states.tsx';
import { useNow } from '../ui/time.tsx';

const route = getRouteApi('/report');
const HOUR_MS = 3_600_000;

interface Span {
  readonly value: string;
  readonly label: string;
  readonly hours: number | null;
}

/** Spans to choose from: value in the address -> hours back; null: the newest batches. */
const NIGHT: Span = { value: 'night', label: 'Last 16 hours', hours: 16 };
const SPANS: readonly Span[] = [
  NIGHT,
  { value: 'week', label: 'Last 7 days', hours: 168 },
  { value: 'all', label: 'Newest batches', hours: null },
];

interface TaskIn {
  readonly task: TaskView;
  readonly batch: BatchView;
}

/** See above. */
export function Report() {
  const { since, batch } = route.useSearch();
  const navigate = route.useNavigate();
  const span = SPANS.find((each) => each.value === since) ?? NIGHT;
  const hours = span.hours;
  // To the hour, so that the same page asks the same question.
  const fromMs = hours === null ? null : Math.floor(Date.now() / HOUR_MS) * HOUR_MS - hours * HOUR_MS;
  const query = {
    ...(batch === undefined ? {} : { batch }),
    ...(fromMs === null || batch !== undefined ? {} : { since: new Date(fromMs).toISOString() }),
  };
  const { data, error, refetch } = useQuery(reportQuery(query));
  return (
    <Page
      title="Morning report"
      lead={data !== undefined && <Totals report={data} />}
      actions={
        <Select
          label="Time"
          isLabelHidden
          value={span.value}
          onChange={(value) => void navigate({ search: { since: value } })}
          options={SPANS}
        />
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
      {data !== undefined && data.batches.length > 0 && <Sections report={data} />}
    </Page>
  );
}

function Totals({ report: { totals, batches } }: { readonly report: ReportView }) {
  const parts = [
    plural(totals.commits, 'commit'),
    `${totals.completed} done`,
    ...(totals.failed > 0 ? [`${totals.failed} failed`] : []),
    ...(openOf(totals) > 0 ? [`${openOf(totals)} to go`] : []),
    totals.costUsd === null ? 'cost not reported' : dollars(totals.costUsd),
  ];
  return (
    <p>
      {plural(batches.length, 'batch', 'batches')}: {parts.join(', ')}.
    </p>
  );
}

function Sections({ report }: { readonly report: ReportView }) {
  const tasks: TaskIn[] = report.batches.flatMap((batch) => batch.tasks.map((task) => ({ task, batch })));
  const landed = tasks.filter(({ task }) => task.status === 'completed');
  const failed = tasks.filter(({ task }) => task.status === 'failed');
  const waited = tasks.filter(({ task }) => task.waits.length > 0);
  const open = report.batches.filter((batch) => openOf(batch.counts) > 0);
  return (
    <div className="report">
      <Section
        title="Needs you"
        tone="wait"
        count={report.needsYou.length}
        none="Nothing. You may go on with your day."
      >
        <ul className="next-list">
          {report.needsYou.map(({ why, command }) => (
            <li key={`${why} ${command}`}>
              <p>{why}</p>
              <Command text={command} />
            </li>
          ))}
        </ul>
      </Section>
      <Section title="Landed" tone="good" count={landed.length} none="No task was completed.">
        <TaskTable rows={landed} what={({ task }) => <Landed task={task} />} />
      </Section>
      {failed.length > 0 && (
        <Section title="Failed" tone="bad" count={failed.length}>
          <TaskTable rows={failed} what={({ task }) => <FailedAt task={task} />} />
        </Section>
      )}
      {waited.length > 0 && (
        <Section title="Waited" tone="wait" count={waited.length}>
          <TaskTable rows={waited} what={({ task }) => <Waited task={task} />} />
        </Section>
      )}
      {open.length > 0 && (
        <Section title="Still to run" tone="idle" count={open.length}>
          <ul className="list">
            {open.map((batch) => (
              <OpenBatch key={batch.id} batch={batch} />
            ))}
          </ul>
        </Section>
      )}
    </div>
  );
}

function Section(props: {
  readonly title: string;
  readonly tone: 'wait' | 'good' | 'bad' | 'idle';
  readonly count: number;
  /** What is said when there is nothing. */
  readonly none?: string;
  readonly children: ReactNode;
}) {
  return (
    <section className="report-section">
      <h2>
        <StatusIcon tone={props.tone} /> {props.title} <span className="quiet number">{props.count}</span>
      </h2>
      {props.count === 0 ? <p className="quiet">{props.none}</p> : props.children}
    </section>
  );
}

function TaskTable({ rows, what }: { readonly rows: readonly TaskIn[]; readonly what: (row: TaskIn) => ReactNode }) {
  return (
    <ul className="list">
      {rows.map((row) => (
        <li key={row.task.id} className="list-row report-row">
          <Link to="/tasks/$taskId" params={{ taskId: row.task.id }}>
            {row.task.name}
          </Link>
          <span className="quiet">{row.task.project}</span>
          <span className="report-what">{what(row)}</span>
          <span className="quiet number">{row.task.costUsd === null ? '' : dollars(row.task.costUsd)}</span>
        </li>
      ))}
    </ul>
  );
}

function Landed({ task }: { readonly task: TaskView }) {
  const how = task.verified === 'passed' ? 'verified' : 'not verified';
  return (
    <>
      {task.commit === null ? 'no commit' : <code>{shortSha(task.commit)}</code>}, {how},{' '}
      <span className="number">{duration(task.durationMs)}</span>
    </>
  );
}

function FailedAt({ task }: { readonly task: TaskView }) {
  if (task.failure === null) return 'no reason was recorded';
  return `${stepWord(task.failure.step)}: ${task.failure.message}`;
}

function Waited({ task }: { readonly task: TaskView }) {
  const now = useNow();
  return task.waits
    .map(({ kind, from, until }) => `${waitWord(kind)} ${duration((toMs(until) ?? now) - toMs(from))}`)
    .join(', ');
}

function OpenBatch({ batch }: { readonly batch: BatchView }) {
  const now = useNow();
  const next = batch.tasks.find((task) => ['running', 'waiting', 'queued', 'idle'].includes(task.status));
  return (
    <li className="list-row report-row">
      <Link to="/batches/$batchId" params={{ batchId: batch.id }}>
        {batch.name}
      </Link>
      <span className="quiet">{plural(openOf(batch.counts), 'task')}</span>
      <span className="report-what">
        {batch.hold === null ? (next === undefined ? '' : `next: ${next.name}`) : holdSentence(batch.hold, now)}
      </span>
    </li>
  );
}
