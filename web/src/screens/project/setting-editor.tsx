/** One setting: its value here, and what holds without it. */
import { durationProblem } from '../../model/duration-text.ts';
import { toForm } from '../../model/setting-fields.ts';
import type { FormValue, SettingField } from '../../model/setting-fields.ts';
import { Button } from '../../ui/button.tsx';
import { Switch, TextField } from '../../ui/fields.tsx';
import { Select } from '../../ui/select.tsx';

/** See {@link SettingEditor}. */
export interface SettingEditorProps {
  readonly field: SettingField;
  /** Set here; undefined: not. */
  readonly own: unknown;
  /** What holds without it, and where that comes from. */
  readonly origin: { readonly value?: unknown; readonly source: string; readonly file: string | null } | undefined;
  readonly mistake: string | null;
  /** undefined takes the setting back. */
  readonly onChange: (value: FormValue | undefined) => void;
}

/** See above. */
export function SettingEditor(props: SettingEditorProps) {
  const { field, own, origin, onChange } = props;
  const isOwn = own !== undefined;
  return (
    <div className="setting">
      <Editor {...props} />
      <p className="hint setting-origin">
        {isOwn ? (
          <>
            Set here.{' '}
            <Button size="s" kind="quiet" label={`Take back ${field.label}`} onPress={() => onChange(undefined)}>
              Take back
            </Button>
          </>
        ) : (
          origin?.file != null && <span title={origin.file}>From {origin.file.split('/').at(-1)}</span>
        )}
      </p>
    </div>
  );
}

function Editor({ field, own, origin, mistake, onChange }: SettingEditorProps) {
  const { input, label, hint } = field;
  const shown = toForm(field, own ?? origin?.value);
  const more = hint === undefined ? {} : { hint };
  if (input === 'switch') {
    return (
      <Switch isSelected={shown === true} onChange={onChange}>
        <span className="small">{label}</span>
      </Switch>
    );
  }
  const text = typeof shown === 'string' ? shown : '';
  if (typeof input !== 'string') {
    const options = input.map((value) => ({ value, label: OPTION_WORDS[value] ?? value }));
    return <Select label={label} value={text} onChange={onChange} options={options} />;
  }
  const isCode = input === 'code' || input === 'lines';
  return (
    <TextField
      label={label}
      value={text}
      onChange={onChange}
      problem={mistake ?? durationProblem(field.key, text)}
      isCode={isCode}
      type={input === 'number' ? 'number' : 'text'}
      {...(isCode ? { rows: Math.max(2, text.split('\n').length) } : {})}
      {...more}
    />
  );
}

const OPTION_WORDS: Readonly<Record<string, string>> = {
  branch: 'Leave the branch',
  push: 'Push the branch',
  continue: 'Go on with the next task',
  stop: 'Stop',
  pause: 'Pause',
  wait: 'Wait for the reset',
  reset: 'Put the queue back',
};
