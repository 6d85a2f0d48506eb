/** Requirements of a project with their states, to choose from. */
import { Link } from '@tanstack/react-router';
import type { RequirementView } from '../../../src/contracts/views.ts';
import { bytes } from '../model/format.ts';
import { isDefault, isFree, requirementState } from '../model/requirements.ts';
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

function RequirementState({ item }: { readonly item: RequirementView }) {
  const { tone, word, detail, group } = requirementState(item);
  if (item.taskId !== null && item.status !== 'idle' && item.problem === null && item.undelivered === null) {
    return (
      <Link to="/tasks/$taskId" params={{ taskId: item.taskId }}>
        <StatusLabel tone={tone} word={word} />
      </Link>
    );
  }
  if (group === 'pending') return <span className="quiet">{item.gitState === 'tracked' ? '' : item.gitState}</span>;
  return (
    <span className="requirement-state">
      <StatusLabel tone={tone} word={word} />
      {detail !== null && <span className="hint">{detail}</span>}
    </span>
  );
}
