import { useMutation } from '@tanstack/react-query';
import { CircleCheck, ShieldCheck, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { api, ask, download, type Schemas } from '../client/api';
import { Button } from '../ui/Button';
import { CopyButton } from '../ui/Json';
import { Menu } from '../ui/Menu';
import { ProblemNote } from '../ui/States';
import { tellFault } from '../ui/Toasts';
import { count, moment } from '../ui/format';

const formats = ['csv', 'ndjson'] as const;

/** The audit as a file, by the filters of the list, and whether anybody has touched it. */
export function AuditProof({ action, actor }: { action: string | undefined; actor: string | undefined }) {
  const { t } = useTranslation();
  const verify = useMutation({ mutationFn: () => ask(api.GET('/v1/audit/verify')) });
  const save = (format: (typeof formats)[number]) => {
    const query = new URLSearchParams({ format, ...(action ? { action } : {}), ...(actor ? { actor } : {}) });
    void download(`/v1/audit/export?${query}`, `audit.${format}`).catch(tellFault);
  };
  return (
    <div className="flex flex-col gap-3 px-3 pt-3">
      <div role="group" aria-label={t('settings.auditActions')} className="flex flex-wrap gap-2">
        <Menu label={t('settings.export')} items={formats.map(format => ({ label: t(`settings.exportAs.${format}`), act: () => save(format) }))} />
        <Button busy={verify.isPending} onClick={() => verify.mutate()}>
          <ShieldCheck aria-hidden className="size-4" />
          {t('settings.verify')}
        </Button>
      </div>
      <div role="status" className="empty:hidden">
        {verify.isPending && <p className="text-soft">{t('settings.verifying')}</p>}
        {verify.data && !verify.isPending && <Verdict of={verify.data} />}
      </div>
      {verify.error && !verify.isPending && <ProblemNote fault={verify.error} retry={() => verify.mutate()} />}
    </div>
  );
}

function Verdict({ of }: { of: Schemas['AuditVerdict'] }) {
  const { t } = useTranslation();
  const Icon = of.ok ? CircleCheck : TriangleAlert;
  return (
    <div className={`flex gap-3 rounded-md border border-line p-3 ${of.ok ? 'bg-ok-soft' : 'bg-bad-soft'}`}>
      <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${of.ok ? 'text-ok' : 'text-bad'}`} />
      <div className="flex min-w-0 flex-1 flex-col gap-1">
        <p className="font-medium">{t(of.ok ? 'settings.verifiedOk' : 'settings.verifiedBad')}</p>
        {of.firstFault && <Fault of={of.firstFault} />}
        <p>
          {t('settings.verifiedCount', { count: of.entries })}
          {of.from && of.to && `, ${t('settings.verifiedSpan', { from: moment(of.from), to: moment(of.to) })}`}
        </p>
        {of.head && (
          <p className="text-soft">
            {t('settings.head')}: <code className="font-mono text-[0.86rem] break-all">{of.head}</code> <CopyButton text={of.head} />
            <span className="block">{t('settings.headNote')}</span>
          </p>
        )}
      </div>
    </div>
  );
}

/** Where the first thing stands that is not as it was. */
function Fault({ of }: { of: NonNullable<Schemas['AuditVerdict']['firstFault']> }) {
  const { t } = useTranslation();
  const place = [of.slot !== undefined && `slot ${count(of.slot)}`, of.offset !== undefined && `offset ${of.offset}`, of.seal !== undefined && `seal ${of.seal}`, of.id].filter(Boolean).join(' · ');
  return (
    <>
      <p>
        {t(`settings.faultIn.${of.where}`)} {t(`settings.faultCodes.${of.code}`)}: <span className="break-words">{of.detail}</span>
      </p>
      {place && <p className="font-mono text-[0.86rem] break-all">{place}</p>}
    </>
  );
}
