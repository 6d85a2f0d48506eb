/** Which attempt is looked at. */
import type { AttemptView } from '../../../../src/contracts/views.ts';
import { Select } from '../../ui/select.tsx';

/** Nothing while there is no choice. */
export function AttemptSelect(props: {
  readonly attempts: readonly AttemptView[];
  readonly value: number;
  readonly onChange: (attempt: number) => void;
}) {
  const { attempts, value, onChange } = props;
  if (attempts.length < 2) return null;
  return (
    <div className="row">
      <Select
        label="Attempt"
        isLabelHidden
        value={`${value}`}
        onChange={(next) => onChange(Number(next))}
        options={attempts.map(({ number, outcome }) => ({
          value: `${number}`,
          label: `Attempt ${number}: ${outcome ?? 'under way'}`,
        }))}
      />
    </div>
  );
}
