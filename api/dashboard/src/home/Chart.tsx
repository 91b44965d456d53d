import { useEffect, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { hourMinute } from '../ui/format';
import { useTheme } from '../ui/theme';
import { sumOf, type Minute } from './queries';

const height = 220;

/** Each minute of the last hour, those without a run too. */
export function seriesOf(minutes: Minute[], now: number): [number[], number[], number[], number[]] {
  const last = Math.floor(now / 60_000);
  const at = Array.from({ length: 60 }, (_, i) => (last - 59 + i) * 60);
  const sums = new Map<number, { started: number; completed: number; failed: number }>();
  for (const m of minutes) {
    const second = Math.floor(new Date(m.minute).getTime() / 1000);
    const sum = sums.get(second) ?? { started: 0, completed: 0, failed: 0 };
    sums.set(second, { started: sum.started + (m.started ?? 0), completed: sum.completed + (m.completed ?? 0), failed: sum.failed + (m.failed ?? 0) });
  }
  const of = (key: 'started' | 'completed' | 'failed') => at.map(second => sums.get(second)?.[key] ?? 0);
  return [at, of('started'), of('completed'), of('failed')];
}

export function Chart({ minutes }: { minutes: Minute[] }) {
  const { t, i18n } = useTranslation();
  const { isDark } = useTheme();
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const data = useMemo(() => seriesOf(minutes, Date.now()), [minutes]);
  const latest = useRef(data);
  latest.current = data;
  useEffect(() => {
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string) => style.getPropertyValue(name).trim();
    const line = (label: string, name: string, fill = false) => ({ label, stroke: colour(name), width: 1.75, points: { show: false }, ...(fill ? { fill: `${colour(name)}1f` } : {}) });
    const axis = { stroke: colour('--soft'), grid: { stroke: colour('--line'), width: 1 }, ticks: { stroke: colour('--line'), width: 1 }, font: '12px system-ui' };
    // Its own hold of the place: a resize may be told between leaving the page and the clean-up, when the ref is empty.
    const element = place.current!;
    const width = () => Math.max(200, element.clientWidth);
    const made = new uPlot(
      {
        width: width(), height,
        cursor: { y: false },
        legend: { live: true },
        scales: { y: { range: (_, __, max) => [0, Math.max(4, max * 1.1)] } },
        axes: [{ ...axis, values: (_, splits) => splits.map(s => hourMinute(s * 1000)) }, { ...axis, size: 44 }],
        series: [
          { value: (_, v) => (v == null ? '–' : hourMinute(v * 1000)), label: t('run.eventAt') },
          line(t('home.started'), '--info'), line(t('home.completedLine'), '--accent', true), line(t('home.failedLine'), '--bad'),
        ],
      },
      latest.current,
      element,
    );
    plot.current = made;
    const resized = new ResizeObserver(() => made.setSize({ width: width(), height }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      made.destroy();
    };
  }, [isDark, t, i18n.language]);
  useEffect(() => plot.current?.setData(data), [data]);
  const sum = sumOf(minutes);
  return (
    <figure>
      <div ref={place} aria-hidden className="[&_.u-legend]:text-[0.9rem] [&_.u-legend]:text-soft" />
      <figcaption className="sr-only">{t('home.chartText', sum)}</figcaption>
    </figure>
  );
}
