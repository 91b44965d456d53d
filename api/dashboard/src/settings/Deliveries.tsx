import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../client/api';
import { useMay } from '../client/me';
import { useAct } from '../ui/act';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { Json } from '../ui/Json';
import { Pages, usePages } from '../ui/Pages';
import { Empty, Loaded } from '../ui/States';
import { Status } from '../ui/Status';
import { Table } from '../ui/Table';
import { Ago } from '../ui/Time';
import { moment, span } from '../ui/format';

export function Deliveries({ endpointId }: { endpointId: string }) {
  const { t } = useTranslation();
  const may = useMay('webhooks.retry');
  const [open, setOpen] = useState<string | null>(null);
  const deliveries = usePages(['deliveries', endpointId], page => ask(api.GET('/v1/webhook-endpoints/{endpointId}/deliveries', { params: { path: { endpointId }, query: { ...page, limit: 20 } } })), { refetchInterval: 5_000 });
  const retry = useAct({
    act: (deliveryId: string) => ask(api.POST('/v1/webhook-endpoints/{endpointId}/deliveries/{deliveryId}/retry', { params: { path: { endpointId, deliveryId } } })),
    changes: ['deliveries'],
    done: () => t('settings.retried'),
  });
  return (
    <div className="mt-3 border-t border-line pt-2">
      <Pages pages={deliveries} empty={<Empty title={t('settings.deliveriesNone')} />}>
        {items => (
          <Table
            label={t('settings.deliveries')}
            rows={items}
            keyOf={d => d.deliveryId}
            columns={[
              { title: t('settings.delivery'), cell: d => <Button look="quiet" small onClick={() => setOpen(d.deliveryId)}>{d.eventType}</Button> },
              { title: t('common.status'), cell: d => <Status of={d.status} /> },
              { title: t('settings.attempts'), right: true, wide: true, cell: d => d.attempt },
              { title: t('settings.answer'), cell: d => <span className={d.error ? 'text-bad' : ''}>{d.responseCode ?? d.error}</span> },
              { title: t('run.duration'), wide: true, right: true, cell: d => d.durationMs !== undefined && span(d.durationMs) },
              { title: t('common.created'), wide: true, cell: d => <Ago at={d.createdAt} /> },
              { title: t('common.actions'), right: true, cell: d => may && d.status !== 'pending' && <Button small onClick={() => retry.mutate(d.deliveryId)}>{t('settings.retry')}</Button> },
            ]}
          />
        )}
      </Pages>
      {open && <Delivery endpointId={endpointId} deliveryId={open} onClose={() => setOpen(null)} />}
    </div>
  );
}

function Delivery({ endpointId, deliveryId, onClose }: { endpointId: string; deliveryId: string; onClose: () => void }) {
  const { t } = useTranslation();
  const delivery = useQuery({ queryKey: ['deliveries', endpointId, deliveryId], queryFn: () => ask(api.GET('/v1/webhook-endpoints/{endpointId}/deliveries/{deliveryId}', { params: { path: { endpointId, deliveryId } } })) });
  return (
    <Dialog wide title={t('settings.delivery')} onClose={onClose}>
      <Loaded query={delivery}>
        {data => (
          <div className="flex flex-col gap-4">
            <ol className="flex flex-col divide-y divide-line">
              {data.attempts.map(a => (
                <li key={`${a.attempt} ${a.at}`} className="py-2">
                  {a.attempt}. {moment(a.at)} · {span(a.durationMs)} · <span className={a.error ? 'text-bad' : ''}>{a.responseCode ?? a.error}</span>
                  {a.answer && <pre className="mt-1 max-h-24 overflow-auto rounded bg-bg p-2 font-mono text-[0.86rem] whitespace-pre-wrap">{a.answer}</pre>}
                </li>
              ))}
            </ol>
            <Json value={data.body} label={t('settings.body')} />
          </div>
        )}
      </Loaded>
    </Dialog>
  );
}
