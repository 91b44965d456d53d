import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './Button';
import { Dialog, DialogActions } from './Dialog';

/** A button that asks once before it does something that cannot be undone, naming what it touches. */
export function Confirm({ label, question, act, busy, small = true }: { label: string; question: string; act: () => void; busy?: boolean; small?: boolean }) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button look="danger" small={small} busy={busy ?? false} onClick={() => setAsking(true)}>
        {label}
      </Button>
      {asking && (
        <Dialog title={label} onClose={() => setAsking(false)}>
          <p>{question}</p>
          <DialogActions>
            <Button onClick={() => setAsking(false)}>{t('common.cancel')}</Button>
            <Button
              look="danger"
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
