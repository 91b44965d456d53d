import { download } from '../client/api';
import { language } from '../i18n';
import { tellFault } from '../ui/Toasts';

export const exportFormats = ['json', 'csv', 'html', 'pdf'] as const;

export async function exportRun(runId: string, format: (typeof exportFormats)[number]) {
  await download(`/v1/runs/${encodeURIComponent(runId)}/export?format=${format}&lang=${language()}`, `${runId}.${format}`).catch(tellFault);
}
