/** The report in the order in which one reads it in the morning. The same content as `nightloom report`. */
import type { ReactNode } from 'react';
import { Link } from '@tanstack/react-router';
import type { BatchView, Report, TaskView } from '../../../../src/contracts/views.ts';
import { dollars, duration, moment, plural, toMs } from '../../model/format.ts';
import { openOf } from '../../model/progress.ts';
import { holdSentence, laneSentence, waitWord } from '../../model/words.ts';
import type { Tone } from '../../model/words.ts';
import { CopyButton } from '../../ui/command.tsx';
import { StatusIcon } from '../../ui/icons.tsx';
import { useNow } from '../../ui/time.tsx';
import { FailedRow, LandedRow, TaskRow } from './report-rows.tsx';

/** See above. */
export function ReportSections({ report }: { readonly report: Report }) {
  const tasks = report.batches.flatMap((batch) => batch.tasks);
  const having = (...statuses: readonly TaskView['status'][]): TaskView[] =>
    tasks.filter(({ status }) => statuses.includes(status));
  const remarks = remarksOf(report.batches);
  return (
    <div className="report">
      <Needs report={report} />
      <Section title="Landed" tone="good" count={having('completed').length} none="No task was completed.">
        {having('completed').map((task) => (
          <LandedRow key={task.id} task={task} />
        ))}
      </Section>
      <Section title="Failed" tone="bad" count={having('failed').length}>
        {having('failed').map((task) => (
          <FailedRow key={task.id} task={task} />
        ))}
      </Section>
      <Section title="Left out" tone="off" count={having('skipped', 'cancelled').length}>
        {having('skipped', 'cancelled').map((task) => (
          <FailedRow key={task.id} task={task} />
        ))}
      </Section>
      <Waited tasks={tasks} gaps={report.gaps} />
      <Cost report={report} />
      <Open batches={report.batches} />
      <Section title="Denied tool calls" tone="off" count={tasks.filter(isDenied).length}>
        {tasks.filter(isDenied).map((task) => (
          <TaskRow key={task.id} task={task}>
            {[...new Set(task.deniedTools)].join(', ')}
          </TaskRow>
        ))}
      </Section>
      <Section title="Remarks" count={remarks.length}>
        {remarks.map((remark) => (
          <li key={remark} className="report-row wrap-text">
            {remark}
          </li>
        ))}
      </Section>
    </div>
  );
}

function isDenied({ deniedTools }: TaskView): boolean {
  return deniedTools.length > 0;
}

/** Nothing is drawn for nothing, unless it is worth saying. */
function Section(props: {
  readonly title: string;
  /** Shape before the title; absent: none. */
  readonly tone?: Tone;
  readonly count: number;
  /** Over all columns. */
  readonly isWide?: boolean;
  /** What is said when there is nothing. */
  readonly none?: string;
  readonly children: ReactNode;
}) {
  const { title, tone, count, none, isWide = false, children } = props;
  if (count === 0 && none === undefined) return null;
  return (
    <section className={isWide ? 'report-section report-section-wide' : 'report-section'}>
      <h2>
        {tone !== undefined && <StatusIcon tone={tone} />} {title} <span className="quiet number">{count}</span>
      </h2>
      {count === 0 ? <p className="quiet small">{none}</p> : <ul className="list report-list">{children}</ul>}
    </section>
  );
}

function Needs({ report: { needsYou } }: { readonly report: Report }) {
  return (
    <Section title="Needs you" tone="wait" count={needsYou.length} none="Nothing. You may go on with your day." isWide>
      {needsYou.map(({ why, command }) => (
        <li key={`${why} ${command}`} className="report-need">
          <span className="report-why" title={why}>
            {why}
          </span>
          <span className="row row-tight">
            <code className="report-command" tabIndex={0}>
              {command}
            </code>
            <CopyButton text={command} label={`Copy the command for: ${why}`} />
          </span>
        </li>
      ))}
    </Section>
  );
}

function Waited({ tasks, gaps }: { readonly tasks: readonly TaskView[]; readonly gaps: Report['gaps'] }) {
  const now = useNow();
  const waited = tasks.filter(({ waits }) => waits.length > 0);
  return (
    <Section title="Waited" tone="wait" count={waited.length + gaps.length}>
      {waited.map((task) => (
        <TaskRow key={task.id} task={task}>
          {task.waits
            .map(({ kind, from, until }) => `${waitWord(kind)}, ${duration((toMs(until) ?? now) - toMs(from))}`)
            .join('; ')}
        </TaskRow>
      ))}
      {gaps.map(({ from, until, why }) => (
        <li key={from} className="report-row report-gap">
          <span>
            {moment(toMs(from), now)} to {moment(toMs(until), now)}
          </span>
          <span className="report-what">{why}</span>
        </li>
      ))}
    </Section>
  );
}

function Cost({ report }: { readonly report: Report }) {
  const told = report.batches.filter(({ costUsd }) => costUsd !== null);
  return (
    <Section title="Cost" count={told.length}>
      {told.map((batch) => (
        <li key={batch.id} className="report-row report-cost">
          <Link to="/batches/$batchId" params={{ batchId: batch.id }}>
            {batch.name}
          </Link>
          <span className="quiet">as the agents reported it</span>
          <span className="number">{dollars(batch.costUsd)}</span>
        </li>
      ))}
    </Section>
  );
}

function Open({ batches }: { readonly batches: readonly BatchView[] }) {
  const now = useNow();
  const open = batches.filter(({ counts, status }) => openOf(counts) > 0 && status !== 'cancelled');
  return (
    <Section title="Runs next" tone="idle" count={open.length}>
      {open.map((batch) => {
        const next = batch.tasks.find(({ status }) => ['running', 'waiting', 'queued', 'idle'].includes(status));
        const why = batch.hold === null ? laneSentence(batch) : holdSentence(batch.hold, now);
        return (
          <li key={batch.id} className="report-row report-cost">
            <Link to="/batches/$batchId" params={{ batchId: batch.id }}>
              {batch.name}
            </Link>
            <span className="report-what">{why ?? (next === undefined ? '' : `next: ${next.name}`)}</span>
            <span className="quiet number">{plural(openOf(batch.counts), 'task')}</span>
          </li>
        );
      })}
    </Section>
  );
}

function remarksOf(batches: readonly BatchView[]): string[] {
  return batches.flatMap((batch) => [
    ...batch.notes.map((note) => `${batch.name}: ${note}`),
    ...batch.tasks.flatMap((task) => task.notes.map((note) => `${task.name}: ${note}`)),
  ]);
}
