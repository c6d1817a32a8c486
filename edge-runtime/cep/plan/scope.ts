import type { Attribute } from '../api.ts';
import type { EventIndex, StreamReference } from '../language/syntax.ts';
import { indexOfAttribute, type Access, type AggregatePlan, type Definition, type RowVariable, type Typed } from './types.ts';

/** One thing whose attributes an expression may use: the event, a side of a join, a step of a pattern. */
export interface ScopeSource {
  /** The names it goes by: its alias or event name, else the stream's. */
  names: readonly string[];
  definition: Definition;
  access(index: number, at: EventIndex | undefined): Access;
  /** For `name is null`; absent where the event is always there. */
  missing?(at: EventIndex | undefined): Typed;
  /** For `eventTimestamp(name)`, of the events of a pattern or an expression window alone. */
  timestamp?(at: EventIndex | undefined): Typed;
}

/** Collects the aggregators of one selection; equal ones are kept once. */
export class AggregateCollector {
  readonly list: AggregatePlan[] = [];

  add(plan: AggregatePlan): number {
    return this.list.push(plan) - 1;
  }
}

/** What a query puts out, which `having` and `order by` look at. */
export interface PutOut {
  attributes: readonly Attribute[];
  values: readonly Typed[];
  /** What it is put into: the name by which its attributes go. */
  target: string | undefined;
  /** Its values are to be computed in their place, since they are not there yet: in an aggregator's argument. */
  computed?: boolean;
}

export interface ScopeOptions {
  /** A name without a stream means an attribute of this one and of no other: the step that a pattern's filter belongs to. */
  preferred?: ScopeSource;
  /** A name without a stream means one of these first. */
  outputs?: PutOut;
  /** Where aggregators may be used. */
  aggregates?: AggregateCollector;
}

type Found = { access: Access; attribute: Attribute } | { value: Typed };

export type Resolution = Found | { unknownStream: string } | { unknownAttribute: string; of: string } | { ambiguous: string[] };

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

  /** The inside of an aggregator's argument: no aggregators, and what is put out is not there yet. */
  inside(): Scope {
    const { preferred, outputs } = this.options;
    return new Scope(this.sources, { ...(preferred === undefined ? {} : { preferred }), ...(outputs === undefined ? {} : { outputs: { ...outputs, computed: true } }) });
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
    const { outputs, preferred } = this.options;
    if (stream !== undefined) {
      const source = this.source(stream);
      if (source !== undefined) return this.within(source, name, stream.index) ?? { unknownAttribute: name, of: source.names[0] ?? '' };
      const called = stream.prefix + stream.name;
      if (outputs === undefined || called !== outputs.target) return { unknownStream: called };
      return this.put(outputs, name) ?? { unknownAttribute: name, of: called };
    }
    const put = outputs && this.put(outputs, name);
    if (put !== undefined) return put;
    if (preferred !== undefined) return this.within(preferred, name, undefined) ?? { unknownAttribute: name, of: '' };
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
    const outputs = (this.options.outputs?.attributes ?? []).map((one) => one.name);
    return [...outputs, ...this.sources.flatMap((source) => source.definition.attributes.map((one) => one.name))];
  }

  streamNames(): string[] {
    const target = this.options.outputs?.target;
    return [...this.sources.flatMap((source) => [...source.names]), ...(target === undefined ? [] : [target])];
  }

  private put({ attributes, values, computed }: PutOut, name: string): Found | undefined {
    const index = indexOfAttribute(attributes, name);
    const [attribute, value] = [attributes[index], values[index]];
    if (attribute === undefined || value === undefined) return undefined;
    return computed === true ? { value } : { access: { from: 'output', index }, attribute };
  }

  private within(source: ScopeSource, name: string, at: EventIndex | undefined): { access: Access; attribute: Attribute } | undefined {
    const index = indexOfAttribute(source.definition.attributes, name);
    const attribute = source.definition.attributes[index];
    return attribute === undefined ? undefined : { access: source.access(index, at), attribute };
  }
}

/** A scope source over the row in a local variable of the generated code. */
export function rowSource(names: readonly string[], definition: Definition, variable: RowVariable): ScopeSource {
  return sideSource(names, definition, variable, false);
}

/** The same over the row of a side of a join, which may be missing in an outer one. */
export function sideSource(names: readonly string[], definition: Definition, variable: RowVariable, optional: boolean): ScopeSource {
  return {
    names,
    definition,
    access: (index) => ({ from: 'row', variable, index, optional }),
    ...(optional ? { missing: (): Typed => ({ kind: 'row-null', type: 'bool', variable }) } : {}),
  };
}
