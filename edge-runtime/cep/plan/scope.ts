import type { Attribute } from '../api.ts';
import type { EventIndex, StreamReference } from '../language/syntax.ts';
import { indexOfAttribute, type Access, type AggregatePlan, type Definition, type Typed } from './types.ts';

/** One thing whose attributes an expression may use: the event, a side of a join, a step of a pattern. */
export interface ScopeSource {
  /** The names it goes by: its alias or event name, else the stream's. */
  names: readonly string[];
  definition: Definition;
  access(index: number, at: EventIndex | undefined): Access;
  /** For `name is null`; absent where the event is always there. */
  missing?(at: EventIndex | undefined): Typed;
  /** For `eventTimestamp(name)`. */
  timestamp?(at: EventIndex | undefined): Typed;
}

/** Collects the aggregators of one selection; equal ones are kept once. */
export class AggregateCollector {
  readonly list: AggregatePlan[] = [];

  add(plan: AggregatePlan): number {
    return this.list.push(plan) - 1;
  }
}

export interface ScopeOptions {
  /** What is looked at first for a name without a stream: the step that a pattern's filter belongs to. */
  preferred?: ScopeSource;
  /** The attributes being put out, for `having` and `order by`. */
  outputs?: readonly Attribute[];
  /** A name without a stream means one of the outputs and nothing else. */
  outputsOnly?: boolean;
  /** Where aggregators may be used. */
  aggregates?: AggregateCollector;
}

export type Resolution = { access: Access; attribute: Attribute } | { unknownStream: string } | { unknownAttribute: string; of: string } | { ambiguous: string[] };

/** The names that are visible at one place of a query. */
export class Scope {
  readonly sources: readonly ScopeSource[];
  readonly options: ScopeOptions;

  constructor(sources: readonly ScopeSource[], options: ScopeOptions = {}) {
    this.sources = sources;
    this.options = options;
  }

  with(options: ScopeOptions): Scope {
    return new Scope(this.sources, { ...this.options, ...options });
  }

  /** The same names without aggregators and outputs: the inside of an aggregator's argument. */
  bare(): Scope {
    const { preferred } = this.options;
    return new Scope(this.sources, preferred === undefined ? {} : { preferred });
  }

  /** With another source behind those that are there: a bare name means theirs where they have it. */
  plus(source: ScopeSource): Scope {
    const [only] = this.sources;
    const preferred = this.options.preferred ?? (this.sources.length === 1 ? only : undefined);
    return new Scope([...this.sources, source], { ...this.options, ...(preferred === undefined ? {} : { preferred }) });
  }

  source(reference: StreamReference): ScopeSource | undefined {
    const name = reference.prefix + reference.name;
    return this.sources.find((one) => one.names.includes(name));
  }

  resolve(stream: StreamReference | undefined, name: string): Resolution {
    if (stream !== undefined) {
      const source = this.source(stream);
      if (source === undefined) return { unknownStream: stream.prefix + stream.name };
      return this.within(source, name, stream.index) ?? { unknownAttribute: name, of: source.names[0] ?? '' };
    }
    const { outputs, preferred } = this.options;
    const output = outputs === undefined ? -1 : indexOfAttribute(outputs, name);
    const attribute = outputs?.[output];
    if (attribute !== undefined) return { access: { from: 'output', index: output }, attribute };
    if (this.options.outputsOnly === true) return { unknownAttribute: name, of: '' };
    const first = preferred === undefined ? undefined : this.within(preferred, name, undefined);
    if (first !== undefined) return first;
    const found = this.sources.flatMap((source) => {
      const resolved = this.within(source, name, undefined);
      return resolved === undefined ? [] : [{ source, resolved }];
    });
    const [only] = found;
    if (only === undefined) return { unknownAttribute: name, of: '' };
    if (found.length > 1) return { ambiguous: found.map(({ source }) => source.names[0] ?? '') };
    return only.resolved;
  }

  attributeNames(): string[] {
    const outputs = (this.options.outputs ?? []).map((one) => one.name);
    return [...outputs, ...this.sources.flatMap((source) => source.definition.attributes.map((one) => one.name))];
  }

  streamNames(): string[] {
    return this.sources.flatMap((source) => [...source.names]);
  }

  private within(source: ScopeSource, name: string, at: EventIndex | undefined): { access: Access; attribute: Attribute } | undefined {
    const index = indexOfAttribute(source.definition.attributes, name);
    const attribute = source.definition.attributes[index];
    return attribute === undefined ? undefined : { access: source.access(index, at), attribute };
  }
}

/** A scope source over the row in a local variable of the generated code. */
export function rowSource(names: readonly string[], definition: Definition, variable: 'r' | 'l' | 'q', optional = false): ScopeSource {
  return {
    names,
    definition,
    access: (index) => ({ from: 'row', variable, index, optional }),
    ...(optional ? { missing: (): Typed => ({ kind: 'row-null', type: 'bool', variable }) } : {}),
    timestamp: () => ({ kind: 'timestamp', type: 'long' }),
  };
}
