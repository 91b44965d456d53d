import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask, type Schemas } from '../client/api';
import { useAct } from '../ui/act';
import { Button } from '../ui/Button';
import { Dialog, DialogActions } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { parseJson } from '../ui/Json';
import { ProblemNote } from '../ui/States';
import { fold, type RunEvent } from './fold';
import { newRunOf } from './newRunOf';
import { sendSignal } from './sendSignal';
import type { Run } from './useRun';

export type SignalType = Schemas['Signal']['type'];

/** What a person is about to send: the type, and the step where they began. */
export interface SignalWish {
  type: SignalType;
  stepId?: string;
}

const needStep: SignalType[] = ['RETRY_STEP', 'SKIP_STEP', 'INJECT_OVERRIDE', 'UPDATE_TARGET'];
const needReason: SignalType[] = ['UPDATE_PARAMS', 'INJECT_OVERRIDE', 'UPDATE_TARGET', 'EMERGENCY_STOP'];
const dangerous: SignalType[] = ['CANCEL', 'EMERGENCY_STOP', 'INJECT_OVERRIDE'];

/** Tells what the signal does and to what, asks for what it needs, and sends it. */
export function SignalDialog({ run, wish, events, onClose }: { run: Run; wish: SignalWish; events: readonly RunEvent[]; onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { type } = wish;
  const steps = run.steps.map(s => s.stepId);
  const failed = run.steps.find(s => s.status === 'FAILED')?.stepId;
  const [stepId, setStepId] = useState(wish.stepId ?? (needStep.includes(type) ? (failed ?? '') : ''));
  const [reason, setReason] = useState('');
  const given = type === 'UPDATE_PARAMS' ? run.input : type === 'RETRY_STEP' ? fold(events).steps.get(stepId)?.input : undefined;
  const [text, setText] = useState<string>();
  const written = text ?? (given === undefined ? '' : JSON.stringify(given, null, 2));
  const parsed = type === 'UPDATE_TARGET' ? { value: written, fault: undefined } : parseJson(written);
  const send = useAct({
    inline: true,
    act: async () => {
      const before = type === 'RETRY_RUN' ? (await ask(api.GET('/v1/runs', { params: { query: { parentRunId: run.runId, limit: 1 } } }))).items[0] : undefined;
      const held = await sendSignal(run.runId, { type, ...(reason ? { reason } : {}), ...payload() });
      return { held, newRunId: type === 'RETRY_RUN' && !held ? await newRunOf(run.runId, before?.runId) : null };
    },
    changes: ['run', 'runs', 'blockers', 'signals'],
    done: ({ held }) => (held ? `${t(`signals.names.${type}`)}: ${t('signals.held')}` : t('signals.sent', { name: t(`signals.names.${type}`) })),
    after: ({ newRunId }) => {
      onClose();
      if (newRunId) void navigate({ to: '/runs/$runId', params: { runId: newRunId } });
    },
  });

  function payload(): { payload?: unknown } {
    switch (type) {
      case 'RETRY_STEP':
        return { payload: { stepId, ...(text !== undefined && parsed.value !== undefined ? { input: parsed.value } : {}) } };
      case 'SKIP_STEP':
        return { payload: { stepId } };
      case 'INJECT_OVERRIDE':
        return { payload: { stepId, override: parsed.value ?? null } };
      case 'UPDATE_TARGET':
        return { payload: { stepId, newTarget: written } };
      case 'UPDATE_PARAMS':
        return { payload: { params: parsed.value } };
      case 'RETRY_RUN':
        return stepId ? { payload: { fromStep: stepId } } : {};
      case 'RESUME':
        return parsed.value === undefined ? {} : { payload: { budget: parsed.value } };
      default:
        return {};
    }
  }

  const textOf = type === 'RETRY_STEP' ? 'input' : type === 'INJECT_OVERRIDE' ? 'override' : type === 'UPDATE_PARAMS' ? 'params' : type === 'UPDATE_TARGET' ? 'target' : run.substatus === 'BUDGET_EXCEEDED' && type === 'RESUME' ? 'budget' : null;
  const noteOf = { input: t('signals.inputNote'), params: t('signals.paramsNote'), target: t('signals.targetNote'), override: undefined, budget: '{"tokens": 40000}' };

  return (
    <Dialog title={t(`signals.names.${type}`)} onClose={onClose}>
      <form
        className="flex flex-col gap-4"
        onSubmit={event => {
          event.preventDefault();
          if (parsed.fault === undefined) send.mutate(undefined);
        }}
      >
        <p>{t(`signals.does.${type}`)}</p>
        {needStep.includes(type) && (
          <Field label={t('signals.step')} required>
            {field => (
              <select {...field} value={stepId} onChange={e => { setStepId(e.target.value); setText(undefined); }}>
                <option value="">{t('signals.chooseStep')}</option>
                {steps.map(id => <option key={id}>{id}</option>)}
              </select>
            )}
          </Field>
        )}
        {type === 'RETRY_RUN' && (
          <Field label={t('signals.fromStep')} note={t('signals.fromStepNote')}>
            {field => (
              <select {...field} value={stepId} onChange={e => setStepId(e.target.value)}>
                <option value="">{t('signals.fromBeginning')}</option>
                {steps.map(id => <option key={id}>{id}</option>)}
              </select>
            )}
          </Field>
        )}
        {textOf && (
          <Field label={t(`signals.${textOf}`)} note={noteOf[textOf]} fault={parsed.fault && t('common.invalidJson', { fault: parsed.fault })} required={textOf !== 'input' && textOf !== 'budget'}>
            {field => <textarea {...field} className="field font-mono text-[0.93rem]" rows={textOf === 'target' ? 1 : 7} spellCheck={false} value={written} onChange={e => setText(e.target.value)} />}
          </Field>
        )}
        <Field label={needReason.includes(type) ? t('common.reason') : `${t('common.reason')} (${t('common.optional')})`} note={t('common.reasonNote')} required={needReason.includes(type)}>
          {field => <input {...field} value={reason} maxLength={1000} onChange={e => setReason(e.target.value)} />}
        </Field>
        {send.error && <ProblemNote fault={send.error} />}
        <DialogActions>
          <Button onClick={onClose}>{t('common.close')}</Button>
          <Button type="submit" look={dangerous.includes(type) ? 'danger' : 'primary'} busy={send.isPending}>
            {t('signals.send')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
