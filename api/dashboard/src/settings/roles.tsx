import type { Schemas } from '../client/api';

export type Role = Schemas['Role'];

/** Roles of a tenant; that of the platform is nobody's to give here. */
export const roles: Role[] = ['tenant-admin', 'plan-author', 'engineer', 'operator', 'auditor', 'viewer', 'host', 'sales', 'finance'];

export function RoleChoice({ legend, note, chosen, onChange }: { legend: string; note?: string; chosen: readonly Role[]; onChange: (roles: Role[]) => void }) {
  return (
    <fieldset>
      <legend className="font-medium">{legend}</legend>
      {note && <p className="text-[0.93rem] text-soft">{note}</p>}
      <div className="mt-1 grid grid-cols-2 gap-1 sm:grid-cols-3">
        {roles.map(role => (
          <label key={role} className="flex items-center gap-2">
            <input type="checkbox" className="size-4 accent-accent" checked={chosen.includes(role)} onChange={e => onChange(e.target.checked ? [...chosen, role] : chosen.filter(r => r !== role))} />
            {role}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
