import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../client/api';
import { useAct } from '../ui/act';
import { Button } from '../ui/Button';
import { Dialog, DialogActions } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { ProblemNote } from '../ui/States';
import type { WebhookEndpoint } from './Webhooks';

export function WebhookDialog({ endpoint, onClose, onSecret }: { endpoint: WebhookEndpoint | null; onClose: () => void; onSecret: (secret: string) => void }) {
  const { t } = useTranslation();
  const [url, setUrl] = useState(endpoint?.url ?? '');
  const [description, setDescription] = useState(endpoint?.description ?? '');
  const [types, setTypes] = useState<readonly string[]>(endpoint?.eventTypes ?? []);
  const known = useQuery({ queryKey: ['webhookTypes'], queryFn: async () => (await ask(api.GET('/v1/webhook-event-types'))).items.map(x => x.type), staleTime: Infinity });
  const save = useAct({
    inline: true,
    act: async () => {
      const body = { url, eventTypes: [...types], ...(description ? { description } : {}) };
      if (!endpoint) return ask(api.POST('/v1/webhook-endpoints', { body: { ...body, enabled: true } }));
      return ask(api.PATCH('/v1/webhook-endpoints/{endpointId}', { params: { path: { endpointId: endpoint.endpointId }, header: { 'If-Match': `"${endpoint.revision}"` } }, body }));
    },
    changes: ['webhooks'],
    after: made => ('secret' in made ? onSecret(String(made.secret)) : onClose()),
  });
  return (
    <Dialog title={endpoint ? t('common.edit') : t('settings.newWebhook')} onClose={onClose}>
      <form
        className="flex flex-col gap-4"
        onSubmit={event => {
          event.preventDefault();
          save.mutate(undefined);
        }}
      >
        <Field label={t('settings.url')} note={t('settings.urlNote')} required>{field => <input {...field} type="url" value={url} onChange={e => setUrl(e.target.value)} />}</Field>
        <Field label={`${t('settings.description')} (${t('common.optional')})`}>{field => <input {...field} value={description} onChange={e => setDescription(e.target.value)} />}</Field>
        <fieldset>
          <legend className="font-medium">{t('settings.types')}</legend>
          <p className="text-[0.93rem] text-soft">{t('settings.typesNote')}</p>
          <div className="mt-1 grid max-h-56 grid-cols-1 gap-1 overflow-y-auto sm:grid-cols-2">
            {known.data?.map(type => (
              <label key={type} className="flex items-center gap-2">
                <input type="checkbox" className="size-4 accent-accent" checked={types.includes(type)} onChange={e => setTypes(e.target.checked ? [...types, type] : types.filter(x => x !== type))} />
                {type}
              </label>
            ))}
          </div>
        </fieldset>
        {save.error && <ProblemNote fault={save.error} />}
        <DialogActions>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" look="primary" busy={save.isPending}>
            {t('common.save')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
