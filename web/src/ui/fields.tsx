/** Fields to write into, and boxes to tick. */
import { Checkbox as AriaCheckbox } from 'react-aria-components/Checkbox';
import { Switch as AriaSwitch } from 'react-aria-components/Switch';
import { FieldError, Input, Label, Text, TextArea, TextField as AriaTextField } from 'react-aria-components/TextField';
import type { ReactNode } from 'react';
import { DashIcon, TickIcon } from './icons.tsx';

/** See {@link TextField}. */
export interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** What is wrong with the value; null: nothing. Read out when it appears. */
  readonly problem?: string | null;
  /** One sentence that helps. */
  readonly hint?: ReactNode;
  readonly placeholder?: string;
  readonly type?: 'text' | 'password' | 'number';
  /** More than one line: so many rows. */
  readonly rows?: number;
  /** Text of programs: no spelling, one width for all letters. */
  readonly isCode?: boolean;
  readonly isRequired?: boolean;
  readonly maxLength?: number;
  readonly autoComplete?: string;
}

/** A field with its label, a hint, and what is wrong. */
export function TextField(props: TextFieldProps) {
  const { label, value, onChange, problem = null, hint, placeholder, type = 'text', rows, isCode = false } = props;
  const look = isCode ? 'input code' : 'input';
  const more = placeholder === undefined ? {} : { placeholder };
  return (
    <AriaTextField
      className="field field-grow"
      value={value}
      onChange={onChange}
      type={type}
      isInvalid={problem !== null}
      isRequired={props.isRequired ?? false}
      validationBehavior="aria"
      spellCheck={isCode ? 'false' : 'true'}
      {...(props.maxLength === undefined ? {} : { maxLength: props.maxLength })}
      {...(props.autoComplete === undefined ? {} : { autoComplete: props.autoComplete })}
    >
      <Label className="label">{label}</Label>
      {rows === undefined ? <Input className={look} {...more} /> : <TextArea className={look} rows={rows} {...more} />}
      {hint !== undefined && (
        <Text slot="description" className="hint">
          {hint}
        </Text>
      )}
      <div role="alert">
        <FieldError className="problem">{problem}</FieldError>
      </div>
    </AriaTextField>
  );
}

/** See {@link Checkbox}. */
export interface CheckboxProps {
  readonly isSelected: boolean;
  readonly onChange: (isSelected: boolean) => void;
  readonly children?: ReactNode;
  /** Name, where there is no text beside it. */
  readonly label?: string;
  /** Some of what it stands for is ticked. */
  readonly isIndeterminate?: boolean;
  readonly isDisabled?: boolean;
}

/** A box to tick. */
export function Checkbox({ children, label, ...rest }: CheckboxProps) {
  return (
    <AriaCheckbox className="check" {...rest} {...(label === undefined ? {} : { 'aria-label': label })}>
      {({ isIndeterminate }) => (
        <>
          <span className="box" aria-hidden="true">
            {isIndeterminate ? <DashIcon /> : <TickIcon />}
          </span>
          {children}
        </>
      )}
    </AriaCheckbox>
  );
}

/** Something that is on or off, and changes at once. */
export function Switch({ children, ...rest }: Pick<CheckboxProps, 'isSelected' | 'onChange' | 'children'>) {
  return (
    <AriaSwitch className="check" {...rest}>
      <span className="switch" aria-hidden="true" />
      {children}
    </AriaSwitch>
  );
}
