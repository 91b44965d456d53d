import type { ReactNode } from 'react';

export interface Column<T> {
  title: string;
  cell: (row: T) => ReactNode;
  /** Left out on a phone. */
  wide?: boolean;
  right?: boolean;
}

/** A short table; long ones are virtual. Scrolls by itself where it is wider than the screen. */
export function Table<T>({ label, columns, rows, keyOf }: { label: string; columns: Column<T>[]; rows: readonly T[]; keyOf: (row: T) => string }) {
  const hidden = (c: Column<T>) => `${c.wide ? 'hidden md:table-cell' : ''} ${c.right ? 'text-right' : 'text-left'}`;
  return (
    <div className="overflow-x-auto" role="region" aria-label={label} tabIndex={0}>
      <table className="w-full border-collapse">
        <thead>
          <tr className="border-b border-line text-[0.9rem] text-soft">
            {columns.map(c => (
              <th key={c.title} scope="col" className={`px-4 py-2 font-medium whitespace-nowrap ${hidden(c)}`}>
                {c.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {rows.map(row => (
            <tr key={keyOf(row)} className="hover:bg-raised">
              {columns.map(c => (
                <td key={c.title} className={`px-4 py-2 align-middle ${hidden(c)}`}>
                  {c.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
