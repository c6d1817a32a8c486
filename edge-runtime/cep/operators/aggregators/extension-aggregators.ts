import { decoded, encoded } from '../../plan/extensions/json.ts';
import type { AggregatePlan } from '../../plan/types.ts';
import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import type { Aggregator } from './aggregator.ts';

/** The aggregators of the namespaces; undefined for another name. */
export function makeExtensionAggregator({ name, settings = [] }: AggregatePlan): Aggregator | undefined {
  const distinct = settings.includes(true);
  switch (name) {
    case 'math:percentile':
      return new Collected((values) => percentile(values.map(Number), Number(settings[0])), true);
    case 'str:groupConcat': {
      const [separator = ',', , order] = settings;
      return new Collected((values) => (values.length === 0 ? null : ordered(values.map(String), order, distinct).join(String(separator))), true);
    }
    case 'list:collect':
      return new Collected((values) => once(values, distinct), false);
    case 'list:merge':
      return new Collected((values) => once(values.flatMap((one) => (Array.isArray(one) ? one : [])), distinct), true);
    case 'map:collect':
      return new Collected((values) => new Map(values.flatMap((one) => (Array.isArray(one) ? [[one[0], one[1]]] : []))), true);
    case 'map:merge':
      return new Collected((values) => new Map(values.flatMap((one) => (one instanceof Map ? [...one] : []))), true);
    case 'json:group':
      return new Collected((values) => encoded(enclosed(values, settings, distinct)), true);
    case 'json:groupAsObject':
      return new Collected((values) => enclosed(values, settings, distinct), true);
    default:
      return undefined;
  }
}

/** Keeps every value there is, in the order in which they came, and makes the result of all of them. */
class Collected implements Aggregator {
  private values: unknown[] = [];
  private readonly result: (values: readonly unknown[]) => unknown;
  private readonly skipsNull: boolean;

  constructor(result: (values: readonly unknown[]) => unknown, skipsNull: boolean) {
    this.result = result;
    this.skipsNull = skipsNull;
  }

  add(value: unknown): unknown {
    if (value != null || !this.skipsNull) this.values.push(value ?? null);
    return this.result(this.values);
  }
  remove(value: unknown): unknown {
    // Lists and maps leave in the order in which they came, so that the first one that is alike is the one.
    const text = typeof value === 'object' && value !== null ? encoded(value) : undefined;
    const at = this.values.findIndex((one) => one === (value ?? null) || (text !== undefined && encoded(one) === text));
    if (at >= 0) this.values.splice(at, 1);
    return this.result(this.values);
  }
  reset(): void {
    this.values = [];
  }
  get empty(): boolean {
    return this.values.length === 0;
  }
  save(writer: BinaryWriter): void {
    writer.list(this.values);
  }
  load(reader: BinaryReader): void {
    this.values = reader.list();
  }
}

function once(values: readonly unknown[], distinct: boolean): unknown[] {
  return distinct ? [...new Set(values)] : [...values];
}

function ordered(values: string[], order: unknown, distinct: boolean): string[] {
  const list = distinct ? [...new Set(values)] : values;
  if (order === undefined) return list;
  const sorted = list.toSorted((left, right) => (left < right ? -1 : left > right ? 1 : 0));
  return String(order).toLowerCase() === 'desc' ? sorted.reverse() : sorted;
}

/** Between the two values beside place p(n + 1)/100 of the sorted ones, in proportion. */
function percentile(values: readonly number[], wanted: number): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((left, right) => left - right);
  const place = (wanted * (sorted.length + 1)) / 100;
  if (place < 1) return sorted[0] ?? null;
  if (place >= sorted.length) return sorted.at(-1) ?? null;
  const below = Math.floor(place);
  const [low = 0, high = 0] = [sorted[below - 1], sorted[below]];
  return low + (place - below) * (high - low);
}

function enclosed(values: readonly unknown[], settings: readonly unknown[], distinct: boolean): unknown {
  const decodedValues = values.map(decoded).filter((one) => typeof one !== 'symbol');
  const list = distinct ? [...new Map(decodedValues.map((one) => [encoded(one), one])).values()] : decodedValues;
  const element = settings.find((one) => typeof one === 'string');
  return element === undefined ? list : { [String(element)]: list };
}
