import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { runsSearch } from '../runs/search';
import { buttonClass } from '../ui/Button';
import { Empty, ProblemNote, Skeleton } from '../ui/States';
import { Frame } from './Frame';

const text = (search: Record<string, unknown>, name: string) => (typeof search[name] === 'string' ? { [name]: search[name] } : {});
/** Days and months that are none are left out. */
const dated = (search: Record<string, unknown>, name: string, form: RegExp) => (form.test(String(search[name])) && !Number.isNaN(Date.parse(String(search[name]))) ? text(search, name) : {});
const day = /^\d{4}-\d{2}-\d{2}$/;
const month = /^\d{4}-\d{2}$/;

const root = createRootRoute({ component: Frame, notFoundComponent: NotFound });

/** Each screen is a file of its own that comes when it is first opened. */
const routes = [
  createRoute({ getParentRoute: () => root, path: '/', component: lazyRouteComponent(() => import('../home/Home'), 'Home') }),
  createRoute({ getParentRoute: () => root, path: '/runs', validateSearch: runsSearch, component: lazyRouteComponent(() => import('../runs/Runs'), 'Runs') }),
  createRoute({
    getParentRoute: () => root, path: '/runs/$runId',
    validateSearch: (search): { tab?: string; step?: string } => ({ ...text(search, 'tab'), ...text(search, 'step') }),
    component: lazyRouteComponent(() => import('../run/RunScreen'), 'RunScreen'),
  }),
  createRoute({ getParentRoute: () => root, path: '/approvals', component: lazyRouteComponent(() => import('../run/Approvals'), 'Approvals') }),
  createRoute({
    getParentRoute: () => root, path: '/plans',
    validateSearch: (search): { q?: string; state?: string } => ({ ...text(search, 'q'), ...text(search, 'state') }),
    component: lazyRouteComponent(() => import('../plans/Plans'), 'Plans'),
  }),
  createRoute({ getParentRoute: () => root, path: '/new-plan', component: lazyRouteComponent(() => import('../plans/NewPlan'), 'NewPlan') }),
  createRoute({
    getParentRoute: () => root, path: '/plans/$planId',
    validateSearch: (search): { version?: string; tab?: string; with?: string; start?: string; step?: string } => ({ ...text(search, 'version'), ...text(search, 'tab'), ...text(search, 'with'), ...text(search, 'start'), ...text(search, 'step') }),
    component: lazyRouteComponent(() => import('../plans/PlanScreen'), 'PlanScreen'),
  }),
  createRoute({
    getParentRoute: () => root, path: '/schedules',
    validateSearch: (search): { id?: string } => text(search, 'id'),
    component: lazyRouteComponent(() => import('../schedules/Schedules'), 'Schedules'),
  }),
  createRoute({
    getParentRoute: () => root, path: '/dead-letters',
    validateSearch: (search): { status?: string; cause?: string; id?: string } => ({ ...text(search, 'status'), ...text(search, 'cause'), ...text(search, 'id') }),
    component: lazyRouteComponent(() => import('../deadletters/DeadLetters'), 'DeadLetters'),
  }),
  createRoute({
    getParentRoute: () => root, path: '/bookings',
    validateSearch: (search): { tab?: string; month?: string; status?: string; unit?: string; channel?: string; q?: string; from?: string; to?: string } =>
      Object.assign({}, ...['tab', 'status', 'unit', 'channel', 'q'].map(name => text(search, name)), dated(search, 'month', month), dated(search, 'from', day), dated(search, 'to', day)),
    component: lazyRouteComponent(() => import('../bookings/Bookings'), 'Bookings'),
  }),
  createRoute({ getParentRoute: () => root, path: '/bookings/$code', component: lazyRouteComponent(() => import('../bookings/BookingScreen'), 'BookingScreen') }),
  createRoute({
    getParentRoute: () => root, path: '/inbox',
    validateSearch: (search): { id?: string; withPerson?: string } => ({ ...text(search, 'id'), ...(String(search.withPerson) === 'true' ? { withPerson: 'true' } : {}) }),
    component: lazyRouteComponent(() => import('../inbox/Inbox'), 'Inbox'),
  }),
  createRoute({ getParentRoute: () => root, path: '/system', component: lazyRouteComponent(() => import('../system/System'), 'System') }),
  createRoute({
    getParentRoute: () => root, path: '/settings',
    validateSearch: (search): { tab?: string; action?: string; actor?: string } => ({ ...text(search, 'tab'), ...text(search, 'action'), ...text(search, 'actor') }),
    component: lazyRouteComponent(() => import('../settings/Settings'), 'Settings'),
  }),
];

export const router = createRouter({
  routeTree: root.addChildren(routes),
  defaultPreload: 'intent',
  defaultPendingComponent: () => <Skeleton rows={6} />,
  defaultErrorComponent: ({ error, reset }) => <ProblemNote fault={error} retry={reset} />,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

function NotFound() {
  const { t } = useTranslation();
  return (
    <Empty title={t('shell.notFound')}>
      <p className="mb-3">{t('shell.notFoundNote')}</p>
      <Link to="/" className={buttonClass('plain')}>
        {t('shell.goHome')}
      </Link>
    </Empty>
  );
}
