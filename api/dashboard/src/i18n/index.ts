import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from './en';
import { es } from './es';

export const languages = { es: 'Español', en: 'English' } as const;
export type Language = keyof typeof languages;

const kept = 'dvt.language';

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof en };
  }
}

export function language(): Language {
  return i18next.language === 'es' ? 'es' : 'en';
}

/** By choice, else by the browser, else English. */
export async function startLanguage() {
  const wanted = localStorage.getItem(kept) ?? navigator.language;
  await i18next.use(initReactI18next).init({
    lng: wanted.startsWith('es') ? 'es' : 'en',
    fallbackLng: 'en',
    resources: { en: { translation: en }, es: { translation: es } },
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  document.documentElement.lang = language();
}

export async function chooseLanguage(chosen: Language) {
  localStorage.setItem(kept, chosen);
  document.documentElement.lang = chosen;
  await i18next.changeLanguage(chosen);
}
