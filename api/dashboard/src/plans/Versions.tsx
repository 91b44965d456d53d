import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api, ask, type Schemas } from '../client/api';
import { useMay } from '../client/me';
import { useAct } from '../ui/act';
import { Confirm } from '../ui/Confirm';
import { Loaded } from '../ui/States';
import { Status } from '../ui/Status';
import { Table } from '../ui/Table';
import { Ago } from '../ui/Time';
import { TextDiff } from './TextDiff';
import { versionQuery } from './versionQuery';

/** All versions, and how two of them differ, line by line. */
export function Versions({ planId, versions, chosen, compared }: { planId: string; versions: Schemas['PlanSummary'][]; chosen: string; compared: string | undefined }) {
  const { t } = useTranslation();
  const navigate = useNavigate({ from: '/plans/$planId' });
  const may = useMay('plans.write');
  // The one that is chosen has nothing to say against itself.
  const other = versions.find(v => v.version === compared && v.version !== chosen)?.version ?? versions.find(v => v.version !== chosen)?.version;
  const archive = useAct({
    act: (version: string) => ask(api.POST('/v1/plans/{planId}/versions/{version}/archive', { params: { path: { planId, version } }, body: {} })),
    changes: ['plans'],
    done: () => t('plans.archived'),
  });
  return (
    <>
      <Table
        label={t('plans.versions')}
        rows={versions}
        keyOf={v => v.version}
        columns={[
          {
            title: t('plans.version'),
            cell: v => (
              <button type="button" aria-pressed={v.version === chosen} className={`hover:underline ${v.version === chosen ? 'font-semibold' : ''}`} onClick={() => void navigate({ search: s => ({ ...s, version: v.version }) })}>
                {v.version}
              </button>
            ),
          },
          { title: t('common.status'), cell: v => <Status of={v.state} /> },
          { title: t('run.list'), right: true, cell: v => v.stepCount },
          { title: t('plans.digest'), wide: true, cell: v => <code className="font-mono text-[0.9rem] text-soft">{v.digest.slice(0, 16)}</code> },
          { title: t('common.created'), wide: true, cell: v => <Ago at={v.createdAt} /> },
          { title: t('common.actions'), right: true, cell: v => may && v.state === 'published' && <Confirm label={t('plans.archive')} question={t('plans.archiveAsk', { plan: planId, version: v.version })} act={() => archive.mutate(v.version)} /> },
        ]}
      />
      {other && (
        <div className="border-t border-line p-4">
          <label className="mb-3 flex items-center gap-2">
            {t('plans.compareWith')}
            <select className="field w-auto" value={other} onChange={e => void navigate({ search: s => ({ ...s, with: e.target.value }), replace: true })}>
              {versions.filter(v => v.version !== chosen).map(v => (
                <option key={v.version}>{v.version}</option>
              ))}
            </select>
          </label>
          <Diff planId={planId} from={other} to={chosen} />
        </div>
      )}
    </>
  );
}

function Diff({ planId, from, to }: { planId: string; from: string; to: string }) {
  const before = useQuery(versionQuery(planId, from));
  const after = useQuery(versionQuery(planId, to));
  return (
    <Loaded query={before}>
      {old => <Loaded query={after}>{now => <TextDiff before={JSON.stringify(old.document, null, 2)} after={JSON.stringify(now.document, null, 2)} label={`${from} → ${to}`} />}</Loaded>}
    </Loaded>
  );
}
