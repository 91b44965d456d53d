/** The part of JSON Schema 2020-12 that forms are made from. */
export interface InputSchema {
  type?: string | string[];
  title?: string;
  description?: string;
  properties?: Record<string, InputSchema>;
  required?: string[];
  items?: InputSchema;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  examples?: unknown[];
  format?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  [more: string]: unknown;
}

const beyond = ['oneOf', 'anyOf', 'allOf', 'if', '$ref', 'not', 'patternProperties', 'prefixItems'];

export function typeOf(schema: InputSchema): string | undefined {
  if (typeof schema.type === 'string') return schema.type;
  if (Array.isArray(schema.type)) return schema.type.find(x => x !== 'null');
  if (schema.properties) return 'object';
  return schema.enum ? 'enum' : undefined;
}

/** Whether a form can hold every value of the schema. */
export function isFormable(schema: InputSchema): boolean {
  if (beyond.some(word => word in schema)) return false;
  if (schema.enum) return true;
  switch (typeOf(schema)) {
    case 'object':
      return schema.properties !== undefined && Object.values(schema.properties).every(isFormable);
    case 'array':
      return schema.items !== undefined && isFormable(schema.items);
    case 'string':
    case 'integer':
    case 'number':
    case 'boolean':
      return true;
    default:
      return false;
  }
}

/** Whether an object without a certain member would break the schema. */
export function asksForMembers(schema: InputSchema): boolean {
  return (schema.required?.length ?? 0) > 0;
}

/** What a form begins with: kept values by name, then defaults, then what is required as empty as it can be. */
export function initialOf(schema: InputSchema, kept: Record<string, string> = {}): unknown {
  if (schema.default !== undefined) return schema.default;
  if (schema.const !== undefined) return schema.const;
  if (typeOf(schema) !== 'object') return undefined;
  const example = schema.examples?.[0] as Record<string, unknown> | undefined;
  const entries = Object.entries(schema.properties ?? {}).map(([name, of]) => {
    const required = schema.required?.includes(name);
    return [name, kept[name] ?? (required && of.default === undefined ? (example?.[name] ?? initialOf(of)) : required ? initialOf(of) : whenOptional(of))] as const;
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** An object that may be left out begins left out, unless its defaults are already all that it needs. */
function whenOptional(schema: InputSchema): unknown {
  const value = initialOf(schema);
  if (typeOf(schema) !== 'object' || schema.default !== undefined) return value;
  const members = (value ?? {}) as Record<string, unknown>;
  return Object.keys(members).length > 0 && (schema.required ?? []).every(name => name in members && members[name] !== undefined) ? value : undefined;
}

/** A new item of a list, as empty as its type allows; undefined where nothing empty is of the type. */
export function emptyOf(schema: InputSchema): unknown {
  const initial = initialOf(schema);
  if (initial !== undefined || schema.enum) return initial;
  const type = typeOf(schema);
  return type === 'string' ? '' : type === 'boolean' ? false : type === 'array' ? [] : undefined;
}
