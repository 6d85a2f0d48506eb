/** One of a few values. */
import {
  Button,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Select as AriaSelect,
  SelectValue,
} from 'react-aria-components/Select';
import { TickIcon, UnfoldIcon } from './icons.tsx';

/** A value with its word. */
export interface Option<Value extends string> {
  readonly value: Value;
  readonly label: string;
  /** Below the word, smaller. */
  readonly detail?: string;
}

/** See {@link Select}. */
export interface SelectProps<Value extends string> {
  readonly label: string;
  /** The label is for readers only, where the place says it to the eye. */
  readonly isLabelHidden?: boolean;
  readonly options: readonly Option<Value>[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}

/** See above. */
export function Select<Value extends string>(props: SelectProps<Value>) {
  const { label, isLabelHidden = false, options, value, onChange } = props;
  return (
    <AriaSelect
      className="field"
      selectedKey={value}
      onSelectionChange={(key) => {
        const chosen = options.find((option) => option.value === key);
        if (chosen !== undefined) onChange(chosen.value);
      }}
    >
      <Label className={isLabelHidden ? 'visually-hidden' : 'label'}>{label}</Label>
      <Button className="select">
        <SelectValue className="select-value">{({ selectedText }) => selectedText}</SelectValue>
        <UnfoldIcon />
      </Button>
      <Popover className="popover" offset={4}>
        <ListBox className="menu">
          {options.map((option) => (
            <ListBoxItem
              key={option.value}
              id={option.value}
              textValue={option.label}
              className="menu-item menu-option"
            >
              <span className="menu-label">{option.label}</span>
              <TickIcon />
              {option.detail !== undefined && <span className="menu-detail">{option.detail}</span>}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}
