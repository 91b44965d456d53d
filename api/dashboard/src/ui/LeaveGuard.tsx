import { useBlocker } from '@tanstack/react-router';
import { useCallback, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './Button';
import { Dialog, DialogActions } from './Dialog';

interface At {
  pathname: string;
  search: { version?: string };
}

/** Asks before the page is left while something would be lost: by a link, the browser's back, a reload or closing the tab. Another version is another page. */
export function LeaveGuard({ when, question }: { when: boolean; question: string }) {
  const { t } = useTranslation();
  const on = useRef(when);
  on.current = when;
  const leaves = useCallback(({ current, next }: { current: At; next: At }) => on.current && (current.pathname !== next.pathname || current.search.version !== next.search.version), []);
  const unloads = useCallback(() => on.current, []);
  const blocker = useBlocker({ shouldBlockFn: leaves as never, enableBeforeUnload: unloads, withResolver: true });
  if (blocker.status !== 'blocked') return null;
  return (
    <Dialog title={t('common.leaveTitle')} onClose={blocker.reset}>
      <p>{question}</p>
      <DialogActions>
        <Button look="primary" onClick={blocker.reset}>
          {t('common.stay')}
        </Button>
        <Button look="danger" onClick={blocker.proceed}>
          {t('common.leave')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
