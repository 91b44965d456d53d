import type { en } from '../i18n/en';

export type StepName = keyof typeof en.status;
