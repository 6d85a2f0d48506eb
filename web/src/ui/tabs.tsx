/** Parts of one screen of which one is shown; which one is in the address, so the caller holds it. */
import { Tab, TabList, TabPanel, Tabs as AriaTabs } from 'react-aria-components/Tabs';
import type { ReactNode } from 'react';

/** One part. `panel` exists only while it is shown. */
export interface TabPart<Value extends string> {
  readonly value: Value;
  readonly label: ReactNode;
  readonly panel: () => ReactNode;
}

/** See {@link Tabs}. */
export interface TabsProps<Value extends string> {
  readonly label: string;
  readonly parts: readonly TabPart<Value>[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}

/** Arrows move between the tabs. */
export function Tabs<Value extends string>({ label, parts, value, onChange }: TabsProps<Value>) {
  return (
    <AriaTabs
      className="tabs"
      selectedKey={value}
      onSelectionChange={(key) => {
        const chosen = parts.find((part) => part.value === key);
        if (chosen !== undefined && chosen.value !== value) onChange(chosen.value);
      }}
    >
      <TabList className="tab-list" aria-label={label}>
        {parts.map((part) => (
          <Tab key={part.value} id={part.value} className="tab">
            {part.label}
          </Tab>
        ))}
      </TabList>
      {parts.map((part) => (
        <TabPanel key={part.value} id={part.value} className="tab-panel">
          {part.panel()}
        </TabPanel>
      ))}
    </AriaTabs>
  );
}
