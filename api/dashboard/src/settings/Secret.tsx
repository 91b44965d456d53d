import { useTranslation } from 'react-i18next';
import { Button } from '../ui/Button';
import { Dialog, DialogActions } from '../ui/Dialog';
import { CopyButton } from '../ui/Json';

/** What the API tells only now. */
export function Secret({ secret, onClose }: { secret: string; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog title={t('settings.shownOnce')} onClose={onClose}>
      <p className="mb-3">{t('settings.shownOnceNote')}</p>
      <div className="flex items-center gap-2 rounded-md border border-line bg-bg p-3">
        <code className="flex-1 font-mono break-all">{secret}</code>
        <CopyButton text={secret} />
      </div>
      <DialogActions>
        <Button look="primary" onClick={onClose}>
          {t('common.close')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
