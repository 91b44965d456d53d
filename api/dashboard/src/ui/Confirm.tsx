import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, type Look } from './Button';
import { Dialog, DialogActions } from './Dialog';

/** A button that asks once before it does something that cannot be undone, naming what it touches. `children`: what the button shows instead of its label. */
export function Confirm({ label, question, act, busy, small = true, look = 'danger', children }: { label: string; question: string; act: () => void; busy?: boolean; small?: boolean; look?: Look; children?: ReactNode }) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button look={look} small={small} busy={busy ?? false} {...(children ? { 'aria-label': label } : {})} onClick={() => setAsking(true)}>
        {children ?? label}
      </Button>
      {asking && (
        <Dialog title={label} onClose={() => setAsking(false)}>
          <p className="break-words">{question}</p>
          <DialogActions>
            <Button onClick={() => setAsking(false)}>{t('common.cancel')}</Button>
            <Button
              look={look === 'primary' ? 'primary' : 'danger'}
              onClick={() => {
                setAsking(false);
                act();
              }}
            >
              {label}
            </Button>
          </DialogActions>
        </Dialog>
      )}
    </>
  );
}
