import { useTranslation } from 'react-i18next';

/** What a code of the API means, in words; a code without any is told as it is. */
export function useCodeWords(): (code: string) => string {
  const { t, i18n } = useTranslation();
  return code => (i18n.exists(`problem.codes.${code}`) ? t(`problem.codes.${code as 'not_found'}`) : code);
}
