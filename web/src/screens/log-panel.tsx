/** The logs of a task: which run, which view; then the log itself. */
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { getRouteApi } from '@tanstack/react-router';
import type { LogInfoView } from '../../../src/contracts/log-views.ts';
import type { TaskDetail } from '../../../src/contracts/views.ts';
import { createCell } from '../data/cell.ts';
import { openLog } from '../data/log-window.ts';
import type { LogState, LogWindow } from '../data/log-window.ts';
import { bytes } from '../model/format.ts';
import { Segmented } from '../ui/segmented.tsx';
import { Select } from '../ui/select.tsx';
import { Failed, Loading } from '../ui/states.tsx';
import { LogView } from './log-view.tsx';

const route = getRouteApi('/tasks/$taskId');
const VIEWS = ['conversation', 'raw'] as const;
const nothing = createCell<LogState | null>(null);

/** See above. */
export function LogPanel({ task }: { readonly task: TaskDetail }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const run = task.logs.find((each) => runName(each) === search.run) ?? task.logs.at(-1);
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
  const isAgent = /^(agent|fix)/.test(run.step) && stream === 'stdout';
  const view = VIEWS.find((each) => each === search.view) ?? (isAgent ? 'conversation' : 'raw');
  const here = { run: runName(run), stream, view };
  const set = (next: Search): void => void navigate({ search: next, replace: true });
  return (
    <section className="log" aria-label="Log">
      <LogHead runs={task.logs} run={run} here={here} onChange={set} />
      <OpenLog
        key={`${here.run} ${stream} ${search.at ?? ''}`}
        place={{ task: task.id, attempt: run.attempt, step: run.step, stream }}
        at={search.at === undefined ? null : Number(search.at)}
        view={view}
        onPlace={(offset) => set({ ...here, at: String(offset) })}
        onEnd={() => set(here)}
      />
    </section>
  );
}

interface Search {
  readonly run?: string;
  readonly stream?: string;
  readonly view?: string;
  readonly at?: string;
}

function LogHead(props: {
  readonly runs: readonly LogInfoView[];
  readonly run: LogInfoView;
  readonly here: { readonly run: string; readonly stream: string; readonly view: string };
  readonly onChange: (next: Search) => void;
}) {
  const { runs, run, here, onChange } = props;
  return (
    <header className="log-head">
      <Select
        label="Run"
        isLabelHidden
        value={here.run}
        onChange={(next) => onChange({ run: next })}
        options={runs.map((each) => ({ value: runName(each), label: runLabel(each) }))}
      />
      <Select
        label="Stream"
        isLabelHidden
        value={here.stream}
        onChange={(stream) => onChange({ run: here.run, stream })}
        options={[
          { value: 'stdout', label: `Output, ${bytes(run.stdoutBytes)}` },
          { value: 'stderr', label: `Errors, ${bytes(run.stderrBytes)}` },
        ]}
      />
      <Segmented
        label="View"
        value={here.view}
        onChange={(view) => onChange({ ...here, view })}
        options={[
          { value: 'conversation', label: 'Conversation' },
          { value: 'raw', label: 'Raw' },
        ]}
      />
    </header>
  );
}

function OpenLog(props: {
  readonly place: Parameters<typeof openLog>[0];
  readonly at: number | null;
  readonly view: (typeof VIEWS)[number];
  readonly onPlace: (offset: number) => void;
  readonly onEnd: () => void;
}) {
  const { task, attempt, step, stream } = props.place;
  const { at } = props;
  const [round, setRound] = useState(0);
  const [open, setOpen] = useState<LogWindow | null>(null);
  const place = useMemo(() => ({ task, attempt, step, stream }), [task, attempt, step, stream]);
  useEffect(() => {
    const opened = openLog(place, at === null || Number.isNaN(at) ? null : at);
    setOpen(opened);
    return () => opened.close();
  }, [place, at, round]);
  const cell = open?.cell ?? nothing;
  const state = useSyncExternalStore<LogState | null>(cell.subscribe, cell.get);
  if (state === null || open === null || !state.loaded) return <Loading what="the log" />;
  if (state.error !== null) return <Failed error={state.error} onRetry={() => setRound(round + 1)} />;
  return <LogView log={open} state={state} view={props.view} at={at} onPlace={props.onPlace} onEnd={props.onEnd} />;
}

function runName(run: LogInfoView): string {
  return `${run.attempt}-${run.step}`;
}

function runLabel({ attempt, step, endedAt, exitCode }: LogInfoView): string {
  const end = endedAt === null ? 'running' : exitCode === 0 ? 'ended' : `exit ${exitCode ?? 'by signal'}`;
  return `Attempt ${attempt}, ${step} (${end})`;
}
