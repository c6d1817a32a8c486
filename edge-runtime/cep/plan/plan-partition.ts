import { timeOfText } from '../language/parse-time-text.ts';
import { didYouMean } from '../language/nearest-name.ts';
import type { Annotation, Partition } from '../language/syntax.ts';
import { checkCondition, checkExpression, type Surroundings } from './check-expression.ts';
import type { PartitionKeyPlan, PartitionPlan, StreamPlan } from './plan.ts';
import { rowSource, Scope } from './scope.ts';

/** Keys that live at a time unless `@limit(keys='…')` says otherwise. */
export const PARTITION_KEYS_DEFAULT = 1_000_000;
/** More keys than this cannot be held in one process whatever their queries are. */
export const PARTITION_KEYS_MAX = 100_000_000;
/** How often idle keys are looked for unless `@purge(interval='…')` says otherwise; Siddhi's value. */
const PURGE_INTERVAL = 300_000;

type Key = Partition['keys'][number];

/** A partition while its app is being planned: its keys become known as their streams do. */
export class PartitionDraft {
  readonly inner = new Map<string, StreamPlan>();
  readonly index: number;
  private readonly syntax: Partition;
  private readonly around: Surroundings;
  private readonly keys = new Map<string, PartitionKeyPlan>();
  private unplanned: Key[];

  constructor(syntax: Partition, index: number, around: Surroundings) {
    this.syntax = syntax;
    this.index = index;
    this.around = around;
    this.unplanned = syntax.keys.filter(({ stream }, at) => {
      const first = syntax.keys.findIndex((one) => one.stream.text === stream.text) === at;
      if (!first) around.diagnostics.error('name.duplicate-partition-key', stream, `The partition has two keys for '${stream.text}'.`, 'One key for each stream: combine the conditions in it.');
      return first;
    });
  }

  /** Checks the keys whose streams are known by now. */
  planKeys(streamOf: (name: string) => StreamPlan | undefined): void {
    this.unplanned = this.unplanned.filter((key) => {
      const stream = streamOf(key.stream.text);
      if (stream === undefined) return true;
      const planned = this.planKey(key, stream);
      if (planned !== undefined) this.keys.set(stream.name, planned);
      return false;
    });
  }

  /** Reports the keys of which no stream exists. */
  finish(definitionOf: (from: number, to: number) => string, names: Iterable<string>): PartitionPlan {
    const { diagnostics } = this.around;
    for (const { stream } of this.unplanned) {
      diagnostics.error('name.unknown-stream', stream, `There is no stream '${stream.text}'.`, didYouMean(stream.text, names) ?? 'Define it, or insert into it in another query.');
    }
    const { annotations, from, keys } = this.syntax;
    const name = annotations.find((one) => one.name.toLowerCase() === 'info')?.elements.find((one) => one.key.toLowerCase() === 'name')?.value;
    return {
      index: this.index,
      name: name ?? `partition${this.index + 1}`,
      at: from,
      keys: this.keys,
      inner: this.inner,
      purge: this.purge(annotations),
      keysMax: this.keysMax(annotations),
      definition: definitionOf(from, keys.at(-1)?.stream.to ?? from),
    };
  }

  private planKey(key: Key, stream: StreamPlan): PartitionKeyPlan | undefined {
    const { diagnostics } = this.around;
    if (stream.kind === 'table' || stream.kind === 'aggregation') {
      diagnostics.error('type.partition', key.stream, `'${stream.name}' is ${stream.kind === 'table' ? 'a table' : 'an aggregation'}; streams and named windows are partitioned.`);
      return undefined;
    }
    const scope = new Scope([rowSource([stream.name], stream, 'r')]);
    if (key.ranges !== undefined) {
      const ranges = key.ranges.map(({ condition, label }) => ({ condition: checkCondition(condition, scope, this.around, 'A range'), label }));
      const known = ranges.flatMap(({ condition, label }) => (condition === undefined ? [] : [{ condition, label }]));
      return known.length === ranges.length ? { kind: 'ranges', ranges: known } : undefined;
    }
    const value = key.value && checkExpression(key.value, scope, this.around);
    if (value?.type === 'object') {
      diagnostics.error('type.partition', key.value ?? key.stream, 'An object is no key of a partition.', 'Partition by an attribute with a plain value.');
      return undefined;
    }
    return value && { kind: 'value', value };
  }

  private purge(annotations: readonly Annotation[]): PartitionPlan['purge'] {
    const purge = annotations.find((one) => one.name.toLowerCase() === 'purge');
    if (purge === undefined) return undefined;
    const { diagnostics } = this.around;
    const element = (key: string): Annotation['elements'][number] | undefined => purge.elements.find((one) => one.key.toLowerCase() === key);
    const enable = element('enable');
    if (enable === undefined) diagnostics.error('annotation.purge', purge, "@purge has no 'enable'.", "Write @purge(enable='true', interval='10 sec', idle.period='1 hour').");
    else if (!/^(true|false)$/i.test(enable.value)) diagnostics.error('annotation.purge', enable.at, `'enable' of @purge is 'true' or 'false', found '${enable.value}'.`);
    const idle = element('idle.period');
    if (idle === undefined) diagnostics.error('annotation.purge', purge, "@purge has no 'idle.period'.", "Write idle.period='1 hour', for example.");
    const interval = element('interval');
    const times = { idle: idle && this.time(idle, 'idle.period'), interval: interval === undefined ? PURGE_INTERVAL : this.time(interval, 'interval') };
    if (enable?.value.toLowerCase() !== 'true' || times.idle === undefined || times.interval === undefined) return undefined;
    return { idle: times.idle, interval: times.interval };
  }

  private time({ value, at }: Annotation['elements'][number], name: string): number | undefined {
    const time = timeOfText(value);
    if (time !== undefined && time > 0) return time;
    this.around.diagnostics.error('annotation.purge', at, `'${name}' of @purge is a time such as '10 sec', found '${value}'.`);
    return undefined;
  }

  private keysMax(annotations: readonly Annotation[]): number {
    const element = annotations.find((one) => one.name.toLowerCase() === 'limit')?.elements.find((one) => one.key.toLowerCase() === 'keys');
    if (element === undefined) return PARTITION_KEYS_DEFAULT;
    const keys = /^[0-9]{1,9}$/.test(element.value) ? Number(element.value) : 0;
    if (keys >= 1 && keys <= PARTITION_KEYS_MAX) return keys;
    this.around.diagnostics.error('annotation.limit', element.at, `'keys' of @limit is a whole number from 1 to ${PARTITION_KEYS_MAX}, found '${element.value}'.`);
    return PARTITION_KEYS_DEFAULT;
  }
}
