/** Moving several tasks of a batch: each is checked by the API before anything is sent. */
import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { OffloadCheck } from '../../../../src/contracts/lifecycle-routes.ts';
import type { BatchSummary, TaskView } from '../../../../src/contracts/views.ts';
import { useBatchTasks } from '../../data/batches.ts';
import { useMove } from '../../data/moves.ts';
import { batchesQuery, offloadCheckQuery } from '../../data/queries.ts';
import { plural } from '../../model/format.ts';
import { isMovable } from '../../model/queue.ts';
import { taskTone, taskWord } from '../../model/words.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Checkbox } from '../../ui/fields.tsx';
import { Select } from '../../ui/select.tsx';
import { Failed } from '../../ui/states.tsx';
import { StatusLabel } from '../../ui/status.tsx';

/** See {@link OffloadPanel}. */
export interface OffloadPanelProps {
  readonly source: BatchSummary;
  /** Ticked at first; empty: all that wait. */
  readonly chosen: readonly string[];
  readonly onClose: () => void;
  readonly onMoved?: () => void;
}

/** Stands for a batch that is made for the tasks. */
const NEW = 'new';

/** See above. All tasks or none are moved, so the button waits until nothing is refused. */
export function OffloadPanel({ source, chosen, onClose, onMoved }: OffloadPanelProps) {
  const { data: batches } = useQuery(batchesQuery());
  const others = (batches?.items ?? []).filter(({ id, status }) => id !== source.id && status !== 'cancelled');
  const [target, setTarget] = useState<string>(others.find(isOpen)?.id ?? NEW);
  const tasks = (useBatchTasks(source.id) ?? []).filter((task) => isMovable(task) || task.status === 'running');
  const [ticked, setTicked] = useState<ReadonlySet<string>>(
    () => new Set(chosen.length > 0 ? chosen : tasks.filter(isMovable).map(({ id }) => id)),
  );
  const wanted = tasks.filter(({ id }) => ticked.has(id));
  const to = target === NEW ? null : (others.find(({ id }) => id === target) ?? null);
  const running = wanted.some(({ status }) => status === 'running');
  const ids = wanted.map(({ id }) => id);
  const check = useQuery(offloadCheckQuery(source.id, to?.id ?? null, ids, running));
  const move = useMove();
  const isReady = ids.length > 0 && check.data?.ok === true && !check.isFetching;
  const send = (): void => {
    onClose();
    onMoved?.();
    void move({ from: source, to, tasks: wanted, position: null, running });
  };
  return (
    <Dialog title={`Move tasks of ${source.name}`} isOpen onClose={onClose}>
      <Select label="To" value={target} onChange={setTarget} options={optionsOf(others)} />
      <Tasks tasks={tasks} ticked={ticked} onTick={setTicked} check={check.data} />
      {check.error !== null && <Failed error={check.error} onRetry={() => void check.refetch()} />}
      <Verdict count={ids.length} check={check.data} isChecking={check.isFetching} onTick={setTicked} ids={ids} />
      <div className="row row-end">
        <Button onPress={onClose}>Leave them</Button>
        <Button kind="primary" isDisabled={!isReady} onPress={send}>
          Move {plural(ids.length, 'task')}
        </Button>
      </div>
    </Dialog>
  );
}

function isOpen({ status }: BatchSummary): boolean {
  return status === 'running' || status === 'paused' || status === 'idle';
}

function optionsOf(batches: readonly BatchSummary[]) {
  const open = batches.filter(isOpen);
  const done = batches.filter((batch) => !isOpen(batch));
  return [
    ...open.map(({ id, name, project }) => ({ value: id, label: name, detail: project })),
    { value: NEW, label: 'A new batch', detail: 'Not started; in the same projects' },
    ...done.map(({ id, name }) => ({ value: id, label: name, detail: 'Completed; goes on with these tasks' })),
  ];
}

function Tasks(props: {
  readonly tasks: readonly TaskView[];
  readonly ticked: ReadonlySet<string>;
  readonly onTick: (ticked: ReadonlySet<string>) => void;
  readonly check: OffloadCheck | undefined;
}) {
  const { tasks, ticked, onTick, check } = props;
  const reasonOf = (id: string): string | null => check?.tasks.find(({ taskId }) => taskId === id)?.reason ?? null;
  const toggle = (id: string): void => {
    const next = new Set(ticked);
    if (!next.delete(id)) next.add(id);
    onTick(next);
  };
  return (
    <ul className="list offload-list" aria-label="Tasks">
      {tasks.map((task) => {
        const reason = ticked.has(task.id) ? reasonOf(task.id) : null;
        return (
          <li key={task.id} className="offload-row">
            <Checkbox isSelected={ticked.has(task.id)} onChange={() => toggle(task.id)}>
              <span className="wrap-text">{task.name}</span>
            </Checkbox>
            {reason === null ? (
              <StatusLabel tone={taskTone(task.status)} word={taskWord(task)} />
            ) : (
              <StatusLabel tone="bad" word={`Refused: ${reason}`} />
            )}
          </li>
        );
      })}
    </ul>
  );
}

function Verdict(props: {
  readonly count: number;
  readonly check: OffloadCheck | undefined;
  readonly isChecking: boolean;
  readonly ids: readonly string[];
  readonly onTick: (ticked: ReadonlySet<string>) => void;
}) {
  const { count, check, isChecking, ids, onTick } = props;
  const refused = check?.tasks.filter(({ reason }) => reason !== null).map(({ taskId }) => taskId) ?? [];
  const word = (): string => {
    if (count === 0) return 'Nothing is chosen.';
    if (isChecking || check === undefined) return 'Checking…';
    return refused.length === 0 ? `All ${count} can be moved.` : `${refused.length} of ${count} would be refused.`;
  };
  return (
    <p className="row row-wrap small" role="status">
      {word()}
      {refused.length > 0 && refused.length < count && (
        <Button size="s" onPress={() => onTick(new Set(ids.filter((id) => !refused.includes(id))))}>
          Leave those out
        </Button>
      )}
    </p>
  );
}
