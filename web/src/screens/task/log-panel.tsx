/** The logs of a task: which run, which view; then the log itself. */
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { LogInfoView } from '../../../../src/contracts/log-views.ts';
import type { TaskDetail } from '../../../../src/contracts/views.ts';
import { createCell } from '../../data/cell.ts';
import { openLog } from '../../data/log-window.ts';
import type { LogPlace, LogState, LogWindow } from '../../data/log-window.ts';
import { bytes } from '../../model/format.ts';
import { stepName } from '../../model/words.ts';
import { Segmented } from '../../ui/segmented.tsx';
import { Select } from '../../ui/select.tsx';
import { Failed, Loading } from '../../ui/states.tsx';
import { LOG_VIEWS } from './log-rows.ts';
import type { LogViewName } from './log-rows.ts';
import { LogView } from './log-view.tsx';

/** What the address says of the log. */
export interface LogSearchParams {
  /** `<attempt>-<step>`; absent: the newest run. */
  readonly run?: string;
  readonly stream?: string;
  readonly view?: string;
  /** First byte of the line that is shown; absent: the end. */
  readonly at?: string;
  /** What is searched for. */
  readonly q?: string;
}

/** See {@link LogPanel}. */
export interface LogPanelProps {
  readonly task: TaskDetail;
  readonly search: LogSearchParams;
  readonly onSearch: (next: LogSearchParams) => void;
}

const nothing = createCell<LogState | null>(null);

/** See above. */
export function LogPanel({ task, search, onSearch }: LogPanelProps) {
  const run = task.logs.find((each) => runName(each) === search.run) ?? shownFirst(task.logs);
  if (run === undefined) {
    const isSoon = task.status === 'running';
    return (
      <section className="log" aria-label="Log">
        <p className="log-blank">
          {isSoon ? 'The first run is about to begin.' : 'This task has not run, so there is no log.'}
        </p>
      </section>
    );
  }
  const stream = search.stream === 'stderr' ? 'stderr' : 'stdout';
  const isAgent = AGENT_STEP.test(run.step) && stream === 'stdout';
  const view = LOG_VIEWS.find((each) => each === search.view) ?? (isAgent ? 'conversation' : 'raw');
  const query = search.q ?? '';
  const here: LogSearchParams = { run: runName(run), stream, view, ...(query === '' ? {} : { q: query }) };
  const byte = search.at === undefined ? Number.NaN : Number(search.at);
  const at = Number.isSafeInteger(byte) && byte >= 0 ? byte : null;
  return (
    <section className="log" aria-label="Log">
      <LogHead runs={task.logs} run={run} stream={stream} view={view} here={here} onSearch={onSearch} />
      <OpenLog
        key={`${runName(run)} ${stream} ${at}`}
        task={task.id}
        run={run}
        stream={stream}
        view={view}
        at={at}
        query={query}
        onQuery={(q) => onSearch(q === '' ? { run: runName(run), stream, view } : { ...here, q })}
        onPlace={(offset) => onSearch({ ...here, at: `${offset}` })}
        onEnd={() => onSearch(here)}
      />
    </section>
  );
}

function LogHead(props: {
  readonly runs: readonly LogInfoView[];
  readonly run: LogInfoView;
  readonly stream: 'stdout' | 'stderr';
  readonly view: LogViewName;
  readonly here: LogSearchParams;
  readonly onSearch: (next: LogSearchParams) => void;
}) {
  const { runs, run, stream, view, here, onSearch } = props;
  return (
    <header className="log-head">
      <Select
        label="Run"
        isLabelHidden
        value={runName(run)}
        onChange={(next) => onSearch({ run: next })}
        options={runs.map((each) => ({ value: runName(each), label: runLabel(each) }))}
      />
      <Select
        label="Stream"
        isLabelHidden
        value={stream}
        onChange={(next) => onSearch({ run: runName(run), stream: next })}
        options={[
          { value: 'stdout', label: `Output, ${bytes(run.stdoutBytes)}` },
          { value: 'stderr', label: `Errors, ${bytes(run.stderrBytes)}` },
        ]}
      />
      <Segmented
        label="View"
        value={view}
        onChange={(next) => onSearch({ ...here, view: next })}
        options={[
          { value: 'conversation', label: 'Conversation' },
          { value: 'raw', label: 'Raw' },
        ]}
      />
    </header>
  );
}

function OpenLog(props: {
  readonly task: string;
  readonly run: LogInfoView;
  readonly stream: 'stdout' | 'stderr';
  readonly view: LogViewName;
  readonly at: number | null;
  readonly query: string;
  readonly onQuery: (text: string) => void;
  readonly onPlace: (offset: number) => void;
  readonly onEnd: () => void;
}) {
  const { task, run, stream, view, at, ...rest } = props;
  const { attempt, step } = run;
  const [round, setRound] = useState(0);
  const [open, setOpen] = useState<LogWindow | null>(null);
  const place: LogPlace = useMemo(() => ({ task, attempt, step, stream }), [task, attempt, step, stream]);
  useEffect(() => {
    const opened = openLog(place, at === null ? { at: 'end' } : { at: 'byte', byte: at });
    setOpen(opened);
    return () => opened.close();
  }, [place, at, round]);
  const cell = open?.cell ?? nothing;
  const state = useSyncExternalStore<LogState | null>(cell.subscribe, cell.get);
  if (state === null || open === null || !state.loaded) return <Loading what="the log" />;
  if (state.error !== null) return <Failed error={state.error} onRetry={() => setRound(round + 1)} />;
  return <LogView place={place} log={open} state={state} view={view} at={at} {...rest} />;
}

/** What runs now; else what the agent did last: checks say little when they pass. */
function shownFirst(runs: readonly LogInfoView[]): LogInfoView | undefined {
  return (
    runs.findLast(({ endedAt }) => endedAt === null) ??
    runs.findLast(({ step }) => AGENT_STEP.test(step)) ??
    runs.at(-1)
  );
}

const AGENT_STEP = /^(agent|fix)/;

function runName(run: LogInfoView): string {
  return `${run.attempt}-${run.step}`;
}

function runLabel({ attempt, step, endedAt, exitCode }: LogInfoView): string {
  const end = endedAt === null ? 'running' : exitCode === 0 ? 'ended' : `exit ${exitCode ?? 'by signal'}`;
  return `Attempt ${attempt}, ${stepName(step)} (${end})`;
}
