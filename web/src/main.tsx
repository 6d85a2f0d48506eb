/** Start of the page. */
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { AppError } from '../../src/contracts/errors.ts';
import { noticeError, redeemCodes } from './data/session.ts';
import { router } from './router.tsx';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/data.css';
import './styles/overlays.css';
import './styles/shell.css';
import './styles/tonight.css';
import './styles/screens.css';

const RETRIES = 3;

const queries = new QueryClient({
  queryCache: new QueryCache({ onError: noticeError }),
  defaultOptions: {
    queries: {
      // Events say when an answer is old.
      staleTime: 60_000,
      refetchOnWindowFocus: false,
      retry: (count, error) => AppError.is(error) && error.category === 'transient' && count < RETRIES,
    },
  },
});

const element = document.querySelector('#root');
if (element === null) throw new Error('The page has no #root.');
await redeemCodes();
createRoot(element).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
