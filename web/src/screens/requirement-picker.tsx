/** Requirements of a project with their states, to choose from. */
import { Link } from '@tanstack/react-router';
import type { RequirementView } from '../../../src/contracts/views.ts';
import { bytes } from '../model/format.ts';
import { taskTone } from '../model/words.ts';
import { Checkbox } from '../ui/fields.tsx';
import { StatusLabel } from '../ui/status.tsx';

/** See {@link RequirementPicker}. */
export interface RequirementPickerProps {
  readonly project: string;
  /** Those that are shown. */
  readonly items: readonly RequirementView[];
  readonly chosen: ReadonlySet<string>;
  readonly onChoose: (names: ReadonlySet<string>) => void;
}

/** True if it can be put into a batch now. */
function isFree(item: RequirementView): boolean {
  return (
    item.problem === null &&
    item.undelivered === null &&
    !['queued', 'running', 'waiting'].includes(item.status) &&
    (item.status !== 'idle' || item.batchId === null)
  );
}

/** True if it is taken when everything is: slash commands run only when they are named. */
function isDefault(item: RequirementView): boolean {
  return isFree(item) && item.slashCommandReason === null;
}

/** See above. */
export function RequirementPicker({ project, items, chosen, onChoose }: RequirementPickerProps) {
  const defaults = items.filter(isDefault);
  const isAll = defaults.length > 0 && defaults.every((item) => chosen.has(item.name));
  const toggle = (name: string): void => {
    const next = new Set(chosen);
    if (!next.delete(name)) next.add(name);
    onChoose(next);
  };
  return (
    <fieldset className="picker">
      <legend>
        <Checkbox
          isSelected={isAll}
          isIndeterminate={!isAll && chosen.size > 0}
          isDisabled={defaults.length === 0}
          onChange={() => onChoose(new Set(isAll ? [] : defaults.map((item) => item.name)))}
        >
          <strong>{project}</strong>
          <span className="quiet number">
            {defaults.length} of {items.length} can be run
          </span>
        </Checkbox>
      </legend>
      <ul className="list">
        {items.map((item) => (
          <li key={item.name} className="list-row requirement">
            <Checkbox isSelected={chosen.has(item.name)} isDisabled={!isFree(item)} onChange={() => toggle(item.name)}>
              <span className="requirement-name">
                <span>{item.title}</span>
                <code className="quiet">{item.name}</code>
              </span>
            </Checkbox>
            <RequirementState item={item} />
            <span className="quiet number requirement-bytes">{bytes(item.bytes)}</span>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}

const REQUIREMENT_WORDS: Readonly<Record<RequirementView['status'], string>> = {
  idle: 'In a batch',
  queued: 'Queued',
  running: 'Running',
  waiting: 'Waiting',
  completed: 'Completed',
  failed: 'Failed last time',
  skipped: 'Skipped last time',
  cancelled: 'Cancelled last time',
};

function RequirementState({ item }: { readonly item: RequirementView }) {
  if (item.problem !== null) return <StatusLabel tone="bad" word={item.problem} />;
  if (item.undelivered !== null) return <StatusLabel tone="good" word={`Done on ${item.undelivered}, not merged`} />;
  if (item.taskId !== null && item.status !== 'idle') {
    return (
      <Link to="/tasks/$taskId" params={{ taskId: item.taskId }}>
        <StatusLabel tone={taskTone(item.status)} word={REQUIREMENT_WORDS[item.status]} />
      </Link>
    );
  }
  if (item.batchId !== null) return <StatusLabel tone="idle" word="In a batch" />;
  if (item.slashCommandReason !== null) return <span className="quiet">slash command: {item.slashCommandReason}</span>;
  return <span className="quiet">{item.gitState === 'tracked' ? '' : item.gitState}</span>;
}
