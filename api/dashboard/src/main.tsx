import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ProblemError } from './client/problem';
import { resume, signInByLink } from './client/session';
import { startLanguage } from './i18n';
import { keepDefaults } from './plans/defaults';
import { App } from './shell/App';
import './styles.css';
import { startTheme } from './ui/theme';

startTheme();
const byLink = () => {
  keepDefaults();
  return signInByLink();
};
const signing = byLink();
await startLanguage();
if (!(await signing)) await resume();
// A link that is pasted into an open tab changes no more than what is behind the `#`.
window.addEventListener('hashchange', () => void byLink());

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      refetchOnWindowFocus: true,
      // Only what may pass by itself is asked again.
      retry: (failures, fault) => failures < 2 && (!(fault instanceof ProblemError) || fault.problem.status === 503 || fault.problem.status === 0),
    },
  },
});

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
);

if (import.meta.env.PROD && 'serviceWorker' in navigator) void navigator.serviceWorker.register('/sw.js').catch(() => undefined);
