/** States of tasks and batches: a shape, a word, a colour. */
import type { BatchSummary, Counts } from '../../../src/contracts/views.ts';
import { endedOf, progressSentence, totalOf } from '../model/progress.ts';
import { batchState, taskTone, taskWord } from '../model/words.ts';
import type { TaskSaid, Tone } from '../model/words.ts';
import { StatusIcon } from './icons.tsx';

/** Shape and word. */
export function StatusLabel({ tone, word }: { readonly tone: Tone; readonly word: string }) {
  return (
    <span className={`status status-${tone}`}>
      <StatusIcon tone={tone} />
      {word}
    </span>
  );
}

/** Of a batch. */
export function BatchStatus({ batch }: { readonly batch: Pick<BatchSummary, 'status' | 'hold' | 'counts'> }) {
  return <StatusLabel {...batchState(batch)} />;
}

/** Of a task. */
export function TaskStatusLabel({ task }: { readonly task: TaskSaid }) {
  return <StatusLabel tone={taskTone(task.status)} word={taskWord(task)} />;
}

const PARTS = ['completed', 'failed', 'skipped', 'cancelled', 'running', 'waiting', 'queued'] as const;

/** Progress as woven threads: one stretch per state, in the order of the night. */
export function Weave(props: { readonly counts: Counts; readonly label: string; readonly size?: 'm' | 'l' }) {
  const { counts, label, size = 'm' } = props;
  const total = totalOf(counts);
  return (
    <div
      className={`weave weave-${size}`}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={total}
      aria-valuenow={endedOf(counts)}
      aria-valuetext={progressSentence(counts)}
    >
      {PARTS.filter((part) => counts[part] > 0).map((part) => (
        <span key={part} className={`thread thread-${part}`} style={{ flexGrow: counts[part] }} />
      ))}
    </div>
  );
}
