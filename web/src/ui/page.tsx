/** The frame of a screen: its title in the tab and on the page, its actions. */
import { useEffect } from 'react';
import type { ReactNode } from 'react';

/** See {@link Page}. */
export interface PageProps {
  readonly title: string;
  /** Above the title: where one is. */
  readonly above?: ReactNode;
  /** Beside the title: its state. */
  readonly beside?: ReactNode;
  /** One sentence below the title. */
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  /** Before the title in the browser's tab, for example `4/14`. */
  readonly tab?: string;
  readonly children: ReactNode;
}

/** A screen. The title gets the focus order's first place, so that a reader begins there. */
export function Page({ title, above, beside, lead, actions, tab, children }: PageProps) {
  useEffect(() => {
    document.title = tab === undefined ? `${title} · Nightloom` : `${tab} · ${title} · Nightloom`;
  }, [title, tab]);
  return (
    <main id="main" className="page" tabIndex={-1}>
      <header className="page-head">
        <div className="page-title">
          {above !== undefined && <div className="above">{above}</div>}
          <div className="title-row">
            <h1>{title}</h1>
            {beside}
          </div>
          {lead !== undefined && <div className="lead">{lead}</div>}
        </div>
        {actions !== undefined && <div className="actions">{actions}</div>}
      </header>
      {children}
    </main>
  );
}

/** A part of a screen with its heading. */
export function Section(props: {
  readonly title: string;
  readonly note?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}) {
  const { title, note, actions, children } = props;
  return (
    <section className="section">
      <div className="section-head">
        <h2>{title}</h2>
        {note !== undefined && <span className="quiet">{note}</span>}
        {actions !== undefined && <div className="section-actions">{actions}</div>}
      </div>
      {children}
    </section>
  );
}
