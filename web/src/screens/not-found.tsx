/** An address without a screen. */
import { Link } from '@tanstack/react-router';
import { Page } from '../ui/page.tsx';

/** See above. */
export function NotFound() {
  return (
    <Page title="There is no such page">
      <p>
        <Link to="/">Go to tonight</Link>
      </p>
    </Page>
  );
}
