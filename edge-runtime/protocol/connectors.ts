/** A kind of source or sink, as far as a plan must know it: what would keep one from starting on a node. */
export interface ConnectorType {
  /** What `@map(type='…')` may say. */
  readonly mappers: readonly string[];
  /** Options of which one must be given, in the rule or in the settings, and what to set when none is. */
  readonly needs: readonly { readonly anyOf: readonly string[]; readonly setting: string }[];
}

const topic = { anyOf: ['topic', 'topic.list'], setting: 'topic' } as const;
const brokers = { anyOf: ['brokers', 'bootstrap.servers'], setting: 'brokers' } as const;
const path = { anyOf: ['path'], setting: 'path' } as const;

/** What this release's agents can read from. */
export const sourceTypes = {
  kafka: { mappers: ['json'], needs: [topic, brokers] },
  http: { mappers: ['json'], needs: [path] },
  file: { mappers: ['json', 'csv'], needs: [path] },
} as const satisfies Readonly<Record<string, ConnectorType>>;

const sinkMappers = ['json', 'text', 'passThrough'] as const;
const webhook = { mappers: sinkMappers, needs: [{ anyOf: ['url', 'publisher.url'], setting: 'url' }] } as const;

/** What this release's agents can write to. `http` is Siddhi's name for a webhook. */
export const sinkTypes = {
  kafka: { mappers: sinkMappers, needs: [{ anyOf: ['topic'], setting: 'topic' }, brokers] },
  webhook,
  http: webhook,
  log: { mappers: sinkMappers, needs: [] },
} as const satisfies Readonly<Record<string, ConnectorType>>;

/** The kind of that name, or undefined where this release has none. */
export function connectorType(types: Readonly<Record<string, ConnectorType>>, name: string): ConnectorType | undefined {
  return Object.hasOwn(types, name) ? types[name] : undefined;
}

/** Names as a sentence lists them: `kafka, http and file`. */
export function namesOf(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
