import { Languages, SunMoon } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { chooseLanguage, language, languages, type Language } from '../i18n';
import { chooseTheme, themes, useTheme, type Theme } from '../ui/theme';

export function LanguageChoice() {
  const { t } = useTranslation();
  return (
    <label className="grid grid-cols-[1.25rem_minmax(0,1fr)] items-center gap-2 text-soft">
      <Languages aria-hidden className="size-4" />
      <span className="sr-only">{t('shell.language')}</span>
      <select className="field" value={language()} onChange={event => void chooseLanguage(event.target.value as Language)}>
        {Object.entries(languages).map(([id, name]) => (
          <option key={id} value={id} lang={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

export function ThemeChoice() {
  const { t } = useTranslation();
  const { theme } = useTheme();
  return (
    <label className="grid grid-cols-[1.25rem_minmax(0,1fr)] items-center gap-2 text-soft">
      <SunMoon aria-hidden className="size-4" />
      <span className="sr-only">{t('shell.theme')}</span>
      <select className="field" value={theme} onChange={event => chooseTheme(event.target.value as Theme)}>
        {themes.map(id => (
          <option key={id} value={id}>
            {t(`shell.themes.${id}`)}
          </option>
        ))}
      </select>
    </label>
  );
}
