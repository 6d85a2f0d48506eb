/** The frame of a screen: its title in the tab and on the page, its actions. */
import { useEffect } from 'react';
import type { ReactNode } from 'react';

/** See {@link Page}. */
export interface PageProps {
  readonly title: string;
  /** Above the title: where one is. */
  readonly above?: ReactNode;
  /** One sentence below the title. */
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A screen. The title gets the focus order's first place, so that a reader begins there. */
export function Page({ title, above, lead, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Nightloom`;
  }, [title]);
  return (
    <main id="main" className="page" tabIndex={-1}>
      <header className="page-head">
        <div className="page-title">
          {above !== undefined && <div className="above">{above}</div>}
          <h1>{title}</h1>
          {lead !== undefined && <div className="lead">{lead}</div>}
        </div>
        {actions !== undefined && <div className="actions">{actions}</div>}
      </header>
      {children}
    </main>
  );
}
