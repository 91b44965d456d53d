import i18next from 'i18next';
import { ProblemError } from '../client/problem';
import { tellDone, tellFault } from './Toasts';

/** Puts a text where it can be pasted from, and tells whether that worked: pages that did not come over a safe line may not. */
export async function copy(text: string, done: string = i18next.t('common.copied')): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    tellFault(new ProblemError({ type: 'about:blank', title: 'not copied', status: 0, code: 'copy_failed', traceId: '' }));
    return false;
  }
  tellDone(done);
  return true;
}
