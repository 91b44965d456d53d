import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask, type Schemas } from '../client/api';
import { useMay } from '../client/me';
import { useAct } from '../ui/act';
import { Button } from '../ui/Button';
import { Confirm } from '../ui/Confirm';
import { Pages, usePages } from '../ui/Pages';
import { Empty } from '../ui/States';
import { Status } from '../ui/Status';
import { useNow } from '../ui/Time';
import { ago } from '../ui/format';
import { Deliveries } from './Deliveries';
import { Secret } from './Secret';
import { WebhookDialog } from './WebhookDialog';

export type WebhookEndpoint = Schemas['WebhookEndpoint'];

/** The old secret signs beside the new one for this long after a change. */
const overlapSeconds = 24 * 3_600;

export function Webhooks() {
  const { t } = useTranslation();
  const may = useMay('webhooks.manage');
  const now = useNow(30_000);
  const [editing, setEditing] = useState<WebhookEndpoint | 'new' | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const [open, setOpen] = useState<string | null>(null);
  const endpoints = usePages(['webhooks'], page => ask(api.GET('/v1/webhook-endpoints', { params: { query: page } })));
  const path = (endpointId: string) => ({ params: { path: { endpointId } } });
  const changes = ['webhooks'];
  const turn = useAct({
    act: (e: WebhookEndpoint) => ask(e.enabled ? api.PATCH('/v1/webhook-endpoints/{endpointId}', { ...path(e.endpointId), body: { enabled: false } }) : api.POST('/v1/webhook-endpoints/{endpointId}/enable', path(e.endpointId))),
    changes,
  });
  const rotate = useAct({ act: (id: string) => ask(api.POST('/v1/webhook-endpoints/{endpointId}/rotate-secret', { ...path(id), body: { overlapSeconds } })), changes, after: made => setSecret(made.secret) });
  const test = useAct({ act: (id: string) => ask(api.POST('/v1/webhook-endpoints/{endpointId}/test', { ...path(id), body: {} })), changes: ['deliveries'], done: () => t('settings.tested') });
  const remove = useAct({ act: (id: string) => ask(api.DELETE('/v1/webhook-endpoints/{endpointId}', path(id))), changes, done: () => t('common.done') });
  return (
    <div className="p-4">
      {may && (
        <Button look="primary" className="mb-3" onClick={() => setEditing('new')}>
          {t('settings.newWebhook')}
        </Button>
      )}
      <Pages pages={endpoints} empty={<Empty title={t('settings.webhooksNone')}>{t('settings.webhooksNoneNote')}</Empty>}>
        {items => (
          <ul className="flex flex-col gap-3">
            {items.map(e => (
              <li key={e.endpointId} className="rounded-lg border border-line p-3.5">
                <div className="flex flex-wrap items-start justify-between gap-2">
                  <div className="min-w-0">
                    <p className="font-medium break-all">{e.url}</p>
                    <p className="text-soft">
                      {e.description} {e.eventTypes.length > 0 ? e.eventTypes.join(', ') : t('common.all')}
                      {e.failingSince && <span className="text-bad"> · {t('settings.failingSince', { when: ago(e.failingSince, now) })}</span>}
                    </p>
                  </div>
                  <Status of={e.enabled ? 'enabled' : 'disabled'} sub={e.disabledReason === 'by_request' ? undefined : e.disabledReason} />
                </div>
                <div className="mt-2 flex flex-wrap gap-2">
                  <Button small aria-expanded={open === e.endpointId} onClick={() => setOpen(open === e.endpointId ? null : e.endpointId)}>
                    {t('settings.deliveries')}
                  </Button>
                  {may && (
                    <>
                      <Button small onClick={() => test.mutate(e.endpointId)}>
                        {t('settings.test')}
                      </Button>
                      {e.enabled ? (
                        <Confirm look="plain" label={t('settings.turnOff')} question={t('settings.turnOffAsk', { url: e.url })} busy={turn.isPending} act={() => turn.mutate(e)} />
                      ) : (
                        <Button small busy={turn.isPending} onClick={() => turn.mutate(e)}>
                          {t('settings.turnOn')}
                        </Button>
                      )}
                      <Button small onClick={() => setEditing(e)}>
                        {t('common.edit')}
                      </Button>
                      <Confirm label={t('settings.rotate')} question={t('settings.rotateAsk', { url: e.url })} act={() => rotate.mutate(e.endpointId)} />
                      <Confirm label={t('common.delete')} question={t('settings.deleteWebhook', { url: e.url })} act={() => remove.mutate(e.endpointId)} />
                    </>
                  )}
                </div>
                {open === e.endpointId && <Deliveries endpointId={e.endpointId} />}
              </li>
            ))}
          </ul>
        )}
      </Pages>
      {editing && (
        <WebhookDialog
          endpoint={editing === 'new' ? null : editing}
          onClose={() => setEditing(null)}
          onSecret={made => {
            setEditing(null);
            setSecret(made);
          }}
        />
      )}
      {secret && <Secret secret={secret} onClose={() => setSecret(null)} />}
    </div>
  );
}
