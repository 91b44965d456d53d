import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { LogOut, Menu } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '../client/me';
import { signOut } from '../client/session';
import { useLiveState, useTenantStream } from '../client/tenantStream';
import { Button } from '../ui/Button';
import { LanguageChoice, ThemeChoice } from './Choices';
import { sections, type Section } from './sections';

/** Navigation at the side, on a phone behind a menu; the screen beside it. */
export function Frame() {
  const { t } = useTranslation();
  useTenantStream();
  const permissions = useMe().data?.permissions;
  const seen = sections.filter(s => !s.permission || permissions?.includes(s.permission));
  const menu = useRef<HTMLDetailsElement>(null);
  const path = useRouterState({ select: s => s.location.pathname });
  useEffect(() => {
    if (menu.current) menu.current.open = false;
  }, [path]);
  return (
    <div className="md:grid md:min-h-dvh md:grid-cols-[13.5rem_minmax(0,1fr)]">
      <a href="#content" className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:m-2 focus:rounded-md focus:bg-panel focus:p-2">
        {t('shell.skip')}
      </a>
      <aside className="sticky top-0 hidden h-dvh flex-col gap-3 overflow-y-auto border-r border-line bg-panel p-3 md:flex">
        <Brand />
        <Nav sections={seen} />
        <div className="mt-auto flex flex-col gap-2">
          <Account />
        </div>
      </aside>
      <header className="sticky top-0 z-30 border-b border-line bg-panel md:hidden">
        <details ref={menu} className="group">
          <summary className="flex items-center justify-between gap-2 p-2 pl-3">
            <Brand />
            <span className="inline-flex min-h-9 items-center gap-2 rounded-md border border-line px-3">
              <Menu aria-hidden className="size-4" />
              {t('shell.menu')}
            </span>
          </summary>
          <div className="flex max-h-[80dvh] flex-col gap-3 overflow-y-auto border-t border-line p-3">
            <Nav sections={seen} />
            <Account />
          </div>
        </details>
      </header>
      <main id="content" tabIndex={-1} className="min-w-0 p-3 outline-none sm:p-5">
        <Outlet />
      </main>
    </div>
  );
}

function Brand() {
  const { t } = useTranslation();
  const live = useLiveState();
  return (
    <div className="flex items-center gap-2.5 px-1">
      <img src="/icon.svg" alt="" className="size-7" />
      <span className="text-base font-semibold tracking-tight">Dvt</span>
      <span className="ml-auto inline-flex items-center gap-1.5 text-[0.86rem] text-soft" role="status">
        <span aria-hidden className={`size-2 rounded-full ${live === 'live' ? 'bg-ok' : live === 'away' ? 'bg-bad' : 'bg-soft'}`} />
        <span className={live === 'live' ? 'sr-only' : ''}>{t(`shell.live.${live}`)}</span>
      </span>
    </div>
  );
}

function Nav({ sections: seen }: { sections: Section[] }) {
  const { t } = useTranslation();
  return (
    <nav aria-label={t('shell.nav')} className="flex flex-col gap-0.5">
      {seen.map(({ to, label, icon: Icon }) => (
        <Link
          key={to}
          to={to}
          activeOptions={{ exact: to === '/' }}
          className="flex min-h-9 items-center gap-2.5 rounded-md px-2.5 text-soft hover:bg-raised hover:text-text"
          activeProps={{ className: '!bg-accent-soft !text-text font-medium', 'aria-current': 'page' }}
        >
          <Icon aria-hidden className="size-[1.1rem]" strokeWidth={1.75} />
          {t(`shell.${label}`)}
        </Link>
      ))}
    </nav>
  );
}

function Account() {
  const { t } = useTranslation();
  const me = useMe().data;
  return (
    <div className="flex flex-col gap-2 border-t border-line pt-3">
      <LanguageChoice />
      <ThemeChoice />
      {me && (
        <div className="min-w-0 px-0.5 text-soft">
          <p className="truncate font-medium text-text" title={me.email}>
            {me.name ?? me.email}
          </p>
          <p className="truncate">
            {me.tenant} · {me.roles.join(', ')}
          </p>
        </div>
      )}
      <Button look="plain" onClick={signOut}>
        <LogOut aria-hidden className="size-4" />
        {t('shell.signOut')}
      </Button>
    </div>
  );
}
