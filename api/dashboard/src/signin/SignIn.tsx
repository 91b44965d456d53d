import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { problemOf, unreachable } from '../client/problem';
import { signIn, useLinkRefusal } from '../client/session';
import { Button } from '../ui/Button';
import { Field } from '../ui/Field';
import { ProblemNote } from '../ui/States';
import { LanguageChoice } from '../shell/Choices';

export function SignIn() {
  const { t } = useTranslation();
  const [fault, setFault] = useState<unknown>();
  const refusal = useLinkRefusal();
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setFault(undefined);
    try {
      await signIn({ email: String(form.get('email')).trim(), apiKey: String(form.get('apiKey')).trim() }, form.has('remember'));
    } catch (refused) {
      setFault(refused instanceof Response ? await problemOf(refused) : unreachable());
      setBusy(false);
    }
  };
  return (
    <main className="mx-auto flex min-h-dvh max-w-sm flex-col justify-center gap-5 p-4">
      <div className="flex items-center gap-3">
        <img src="/icon.svg" alt="" className="size-11" />
        <div>
          <h1 className="text-xl font-semibold">{t('signIn.title')}</h1>
          <p className="text-soft">{t('signIn.note')}</p>
        </div>
      </div>
      <form onSubmit={event => void submit(event)} className="flex flex-col gap-4 rounded-xl border border-line bg-panel p-5">
        {!busy && (fault ?? refusal) != null && <ProblemNote fault={fault ?? refusal} />}
        <Field label={t('signIn.email')} required>
          {field => <input {...field} name="email" type="email" autoComplete="username" autoFocus />}
        </Field>
        <Field label={t('signIn.key')} note={t('signIn.keyNote')} required>
          {field => <input {...field} name="apiKey" type="password" autoComplete="current-password" spellCheck={false} />}
        </Field>
        <label className="flex items-center gap-2">
          <input type="checkbox" name="remember" className="size-4 accent-accent" />
          {t('signIn.remember')}
        </label>
        <Button type="submit" look="primary" busy={busy}>
          {t('signIn.submit')}
        </Button>
      </form>
      <LanguageChoice />
    </main>
  );
}
