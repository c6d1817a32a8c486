import type { Diagnostics } from '../language/diagnostics.ts';
import { didYouMean } from '../language/nearest-name.ts';
import type { Query, StreamReference } from '../language/syntax.ts';
import { faultStreamHint } from './fault-stream.ts';
import type { PartitionDraft } from './plan-partition.ts';
import type { StreamPlan } from './plan.ts';
import { inputsOf, targetOf } from './query-streams.ts';

/** A query that reads what is not known yet. */
export interface Waiting {
  query: Query;
  index: number;
  partition: PartitionDraft | undefined;
}

/** The streams that are known while an app is being planned, and what is said of those that are not. */
export class KnownStreams {
  readonly streams: Map<string, StreamPlan>;
  /** What a mistake kept from being defined or made: those who use it are not to blame. */
  readonly broken: Set<string>;
  /** The partition around the query at hand. */
  partition: PartitionDraft | undefined;
  private readonly diagnostics: Diagnostics;

  constructor(streams: Map<string, StreamPlan>, broken: Iterable<string>, diagnostics: Diagnostics) {
    this.streams = streams;
    this.broken = new Set(broken);
    this.diagnostics = diagnostics;
  }

  /** Names the inputs that nothing makes; who waits only for a query that was reported itself is left alone. */
  reportWaiting(waiting: readonly Waiting[]): void {
    const made = new Set(waiting.flatMap(({ query }) => targetOf(query)));
    let left = waiting;
    for (let before = -1; left.length !== before; ) {
      before = left.length;
      left = left.filter((one) => {
        this.partition = one.partition;
        const missing = inputsOf(one.query).map((source) => source.prefix + source.name).filter((name) => this.streamOf(name) === undefined);
        if (missing.every((name) => made.has(name) && !this.broken.has(name))) return true;
        this.reportUnknownInputs(one.query, made);
        for (const target of targetOf(one.query)) this.broken.add(target);
        return false;
      });
    }
    for (const { query, partition } of left) {
      this.partition = partition;
      this.reportUnknownInputs(query, new Set());
    }
  }

  /** A stream of the app, or an inner stream of the partition at hand. */
  streamOf(name: string): StreamPlan | undefined {
    return name.startsWith('#') ? this.partition?.inner.get(name) : this.streams.get(name);
  }

  streamOnly(name: string): StreamPlan | undefined {
    const found = this.streamOf(name);
    return found?.kind === 'table' || found?.kind === 'aggregation' ? undefined : found;
  }

  /** Whether rows of these attributes may go into a stream; a stream that is not defined becomes so. */
  accepts(at: StreamReference, attributes: StreamPlan['attributes']): boolean {
    const name = at.prefix + at.name;
    if (at.prefix === '#' && this.partition === undefined) {
      this.reportOutside(at);
      return false;
    }
    const known = this.streamOf(name);
    if (known === undefined && at.prefix === '!') {
      this.reportNoFaults(at);
      return false;
    }
    if (known === undefined) {
      const streams = this.partition !== undefined && at.prefix === '#' ? this.partition.inner : this.streams;
      streams.set(name, { name, kind: 'stream', attributes, defined: false, annotations: [], at: at.from });
      return true;
    }
    const form = (list: StreamPlan['attributes']): string => list.map((one) => `${one.name} ${one.type}`).join(', ');
    if (form(known.attributes) === form(attributes)) return true;
    this.diagnostics.error('type.insert', at, `'${name}' has (${form(known.attributes)}), this query puts out (${form(attributes)}).`);
    return false;
  }

  private reportUnknownInputs(query: Query, madeElsewhere: ReadonlySet<string>): void {
    for (const source of inputsOf(query)) {
      const name = source.prefix + source.name;
      if (this.streamOf(name) !== undefined || this.broken.has(name) || madeElsewhere.has(name)) continue;
      if (source.prefix === '#' && this.partition === undefined) this.reportOutside(source);
      else if (source.prefix === '!') this.reportNoFaults(source);
      else this.diagnostics.error('name.unknown-stream', source, `There is no stream '${name}'.`, didYouMean(name, [...this.streams.keys(), ...(this.partition?.inner.keys() ?? [])]) ?? 'Define it, or insert into it in another query.');
    }
  }

  private reportOutside(at: StreamReference): void {
    this.diagnostics.error('name.inner-stream', at, `The inner stream '#${at.name}' exists in a partition only.`);
  }

  private reportNoFaults(at: StreamReference): void {
    this.diagnostics.error('name.unknown-stream', at, `There is no fault stream '!${at.name}'.`, this.streams.has(at.name) ? faultStreamHint(at.name) : didYouMean(`!${at.name}`, this.streams.keys()));
  }
}
