import { Plus, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../client/api';
import { Button } from '../ui/Button';
import { Field } from '../ui/Field';
import { asksForMembers, emptyOf, initialOf, typeOf, type InputSchema } from './schema';

interface Of {
  schema: InputSchema;
  value: unknown;
  onChange: (value: unknown) => void;
  faults: readonly Schemas['Fault'][];
  /** Where the value stands in the body, for the faults. */
  pointer: string;
}

/** Fields of an object, one for each property. */
export function SchemaFields({ schema, value, onChange, faults, pointer }: Of) {
  const object = (value ?? {}) as Record<string, unknown>;
  return Object.entries(schema.properties ?? {}).map(([name, of]) => (
    <SchemaField
      key={name}
      name={name}
      required={schema.required?.includes(name) ?? false}
      schema={of}
      value={object[name]}
      pointer={`${pointer}/${name}`}
      faults={faults}
      onChange={next => {
        const { [name]: _, ...rest } = object;
        onChange(next === undefined ? rest : { ...rest, [name]: next });
      }}
    />
  ));
}

function SchemaField({ name, required, schema, value, onChange, faults, pointer }: Of & { name: string; required: boolean }) {
  const { t } = useTranslation();
  const fault = faults.find(f => f.pointer === pointer)?.message;
  const label = schema.title ?? name;
  const type = typeOf(schema);
  if (type === 'object')
    return (
      <fieldset className="flex flex-col gap-3 rounded-md border border-line p-3">
        <legend className="px-1 font-medium">{label}</legend>
        {schema.description && <p className="text-soft">{schema.description}</p>}
        {!required && asksForMembers(schema) && (
          <label className="flex items-center gap-2">
            <input type="checkbox" className="size-4 accent-accent" checked={value !== undefined} onChange={e => onChange(e.target.checked ? (initialOf(schema) ?? {}) : undefined)} />
            {t('plans.include', { name: label })}
          </label>
        )}
        {(required || value !== undefined || !asksForMembers(schema)) && <SchemaFields schema={schema} value={value} onChange={onChange} faults={faults} pointer={pointer} />}
      </fieldset>
    );
  if (type === 'array') {
    const items = (value ?? []) as unknown[];
    return (
      <fieldset className="flex flex-col gap-3 rounded-md border border-line p-3">
        <legend className="px-1 font-medium">{label}</legend>
        {schema.description && <p className="text-soft">{schema.description}</p>}
        {items.map((item, i) => (
          <div key={i} className="flex items-end gap-2">
            <div className="min-w-0 flex-1">
              <SchemaField name={`${i + 1}`} required schema={schema.items!} value={item} pointer={`${pointer}/${i}`} faults={faults} onChange={next => onChange(items.with(i, next))} />
            </div>
            <Button look="quiet" aria-label={`${t('plans.removeItem')} ${i + 1}`} onClick={() => onChange(items.toSpliced(i, 1))}>
              <X aria-hidden className="size-4" />
            </Button>
          </div>
        ))}
        <Button small className="self-start" onClick={() => onChange([...items, emptyOf(schema.items!)])}>
          <Plus aria-hidden className="size-4" />
          {t('plans.addItem')}
        </Button>
      </fieldset>
    );
  }
  if (type === 'boolean')
    return (
      <label className="flex items-center gap-2">
        <input type="checkbox" className="size-4 accent-accent" checked={value === true} onChange={e => onChange(e.target.checked)} />
        {label}
        {schema.description && <span className="text-soft">{schema.description}</span>}
      </label>
    );
  return (
    <Field label={label} note={schema.description} fault={fault} required={required}>
      {field =>
        schema.enum ? (
          <select {...field} value={value === undefined ? '' : JSON.stringify(value)} onChange={e => onChange(e.target.value === '' ? undefined : JSON.parse(e.target.value))}>
            <option value="" />
            {schema.enum.map(option => (
              <option key={JSON.stringify(option)} value={JSON.stringify(option)}>
                {String(option)}
              </option>
            ))}
          </select>
        ) : type === 'integer' || type === 'number' ? (
          <input {...field} type="number" step={type === 'integer' ? 1 : 'any'} min={schema.minimum} max={schema.maximum} value={(value as number | undefined) ?? ''} onChange={e => onChange(e.target.value === '' ? undefined : e.target.valueAsNumber)} />
        ) : (schema.maxLength ?? 0) > 300 ? (
          <textarea {...field} rows={4} maxLength={schema.maxLength} value={(value as string | undefined) ?? ''} onChange={e => onChange(e.target.value || undefined)} />
        ) : (
          <input
            {...field}
            type={schema.format === 'date' ? 'date' : schema.format === 'uri' ? 'url' : schema.format === 'email' ? 'email' : 'text'}
            minLength={schema.minLength}
            maxLength={schema.maxLength}
            value={(value as string | undefined) ?? ''}
            onChange={e => onChange(e.target.value || undefined)}
          />
        )
      }
    </Field>
  );
}
