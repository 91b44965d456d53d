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

/** What a form begins with: kept values by name, then defaults, then what is required as empty as it can be. */
export function initialOf(schema: InputSchema, kept: Record<string, string> = {}): unknown {
  if (schema.default !== undefined) return schema.default;
  if (schema.const !== undefined) return schema.const;
  if (typeOf(schema) !== 'object') return undefined;
  const example = schema.examples?.[0] as Record<string, unknown> | undefined;
  const entries = Object.entries(schema.properties ?? {}).map(([name, of]) => {
    const required = schema.required?.includes(name);
    return [name, kept[name] ?? (required && of.default === undefined ? (example?.[name] ?? initialOf(of)) : initialOf(of))] as const;
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
