/** Icons. All are decoration: the word is always beside them or in the label of the control. */
import type { ReactNode } from 'react';
import type { Tone } from '../model/words.ts';

function Icon({ children, className = 'icon' }: { readonly children: ReactNode; readonly className?: string }) {
  return (
    <svg className={className} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

/** Three threads and a moon. */
export function Logo() {
  return (
    <svg className="logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path d="M6 10h20M6 16h10.5M6 22h20" />
      <circle cx="23" cy="16" r="3.2" />
    </svg>
  );
}

/** A close cross. */
export function CloseIcon() {
  return (
    <Icon>
      <path d="m4 4 8 8m0-8-8 8" />
    </Icon>
  );
}

/** Three dots. */
export function MoreIcon() {
  return (
    <Icon className="icon icon-solid">
      <circle cx="3" cy="8" r="1.4" />
      <circle cx="8" cy="8" r="1.4" />
      <circle cx="13" cy="8" r="1.4" />
    </Icon>
  );
}

/** Two sheets. */
export function CopyIcon() {
  return (
    <Icon>
      <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
      <path d="M10.5 3V2.5h-8v8H3" />
    </Icon>
  );
}

/** An arrow out of a box. */
export function ExternalIcon() {
  return (
    <Icon>
      <path d="M6 3.5H3v9.5h9.5v-3M9 2.5h4.5V7M13 3 7.5 8.5" />
    </Icon>
  );
}

/** A tick. */
export function TickIcon() {
  return (
    <Icon className="icon tick">
      <path d="m3.5 8.5 3 3 6-7" />
    </Icon>
  );
}

/** A dash: some, not all. */
export function DashIcon() {
  return (
    <Icon className="icon tick">
      <path d="M4 8h8" />
    </Icon>
  );
}

/** Opens downwards. */
export function UnfoldIcon() {
  return (
    <Icon>
      <path d="m4.5 6.5 3.5 3.5 3.5-3.5" />
    </Icon>
  );
}

/** A lens. */
export function SearchIcon() {
  return (
    <Icon className="icon search-icon">
      <circle cx="7" cy="7" r="4.2" />
      <path d="m10.2 10.2 3.3 3.3" />
    </Icon>
  );
}

/** Six dots: can be dragged. */
export function GripIcon() {
  return (
    <Icon className="icon icon-solid">
      <circle cx="6" cy="4" r="1.1" />
      <circle cx="10" cy="4" r="1.1" />
      <circle cx="6" cy="8" r="1.1" />
      <circle cx="10" cy="8" r="1.1" />
      <circle cx="6" cy="12" r="1.1" />
      <circle cx="10" cy="12" r="1.1" />
    </Icon>
  );
}

/** A cross of two strokes: something new. */
export function PlusIcon() {
  return (
    <Icon>
      <path d="M8 3v10M3 8h10" />
    </Icon>
  );
}

/** Two sliders. */
export function SettingsIcon() {
  return (
    <Icon>
      <path d="M2.5 5h6m3.2 0h1.8M2.5 11h1.8m3.2 0h6" />
      <circle cx="10" cy="5" r="1.7" />
      <circle cx="6" cy="11" r="1.7" />
    </Icon>
  );
}

/** Moon, tray, sunrise, folder, pulse: the places of the navigation. */
export const PLACE_ICONS = {
  tonight: () => (
    <Icon>
      <path d="M13.2 9.6A5.6 5.6 0 0 1 6.4 2.8a5.6 5.6 0 1 0 6.8 6.8Z" />
    </Icon>
  ),
  inbox: () => (
    <Icon>
      <path d="M2.2 9.5h3.3l1 2h3l1-2h3.3M2.2 9.5v3.3h11.6V9.5L11.7 3.2H4.3Z" />
    </Icon>
  ),
  report: () => (
    <Icon>
      <path d="M8 2.2v1.6M2.2 9h1.4m8.8 0h1.4M3.9 4.9l1 1m6.2 0 1-1M5 9.5a3 3 0 0 1 6 0M2 12.5h12" />
    </Icon>
  ),
  projects: () => (
    <Icon>
      <path d="M2.5 12.5v-9h4l1.5 2h5.5v7Z" />
    </Icon>
  ),
  system: () => (
    <Icon>
      <path d="M1.8 8.5h3l1.7-5 2.6 9 1.9-4h3.2" />
    </Icon>
  ),
} as const;

/** Shape of a state; each tone has its own, so that colour is never needed to tell them apart. */
export function StatusIcon({ tone }: { readonly tone: Tone }) {
  return (
    <svg className={`status-icon tone-${tone}`} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      {SHAPES[tone]}
    </svg>
  );
}

const SHAPES: Readonly<Record<Tone, ReactNode>> = {
  idle: <circle className="line" cx="8" cy="8" r="5" />,
  active: (
    <>
      <circle className="line faint" cx="8" cy="8" r="5.5" />
      <path className="line turning" d="M8 2.5A5.5 5.5 0 0 1 13.5 8" />
      <circle className="fill" cx="8" cy="8" r="2.2" />
    </>
  ),
  wait: (
    <>
      <circle className="line" cx="8" cy="8" r="5.5" />
      <path className="line" d="M8 5v3.2l2 1.3" />
    </>
  ),
  good: (
    <>
      <circle className="fill" cx="8" cy="8" r="6.2" />
      <path className="cut" d="m5.2 8.2 2 2 3.6-4.1" />
    </>
  ),
  bad: (
    <>
      <path className="fill" d="M8 1.2 14.8 8 8 14.8 1.2 8Z" />
      <path className="cut" d="m6 6 4 4m0-4-4 4" />
    </>
  ),
  off: (
    <>
      <circle className="line" cx="8" cy="8" r="5.5" />
      <path className="line" d="m4.2 11.8 7.6-7.6" />
    </>
  ),
};
