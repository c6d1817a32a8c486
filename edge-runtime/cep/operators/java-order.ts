import type { AttributeType } from '../api.ts';
import { textOf } from '../plan/functions.ts';
import { isNumeric } from '../plan/types.ts';
import { compareValues } from '../runtime/order-by.ts';

/** How full a map of Java's gets before it doubles, and what it begins with. */
const LOAD = 0.75;
const CAPACITY = 16;
/** What Siddhi puts behind each part of a key of several attributes. */
const PART_END = ':-:';

/** Gives the places of the keys in the order in which they are walked through. */
export type KeyOrder = (keys: readonly (readonly unknown[])[]) => number[];

/**
 * The order of the maps that Siddhi keeps rows in by their primary key: by value where that is one number, else by Java's hash, of
 * which those that fall together stay in the order in which they came.
 */
export function keyOrderOf(types: readonly AttributeType[]): KeyOrder {
  const [only] = types;
  if (types.length === 1 && only !== undefined && isNumeric(only)) {
    return (keys) => keys.map((_, place) => place).sort((left, right) => compareValues(keys[left]?.[0], keys[right]?.[0]));
  }
  const hashOf = types.length === 1 ? hashOfOne : (key: readonly unknown[]): number => hashOfText(key.map((value, index) => textOf(value, types[index] ?? 'object') + PART_END).join(''));
  return (keys) => inBuckets(keys.map(hashOf), capacityFor(keys.length));
}

/** Gives the places of texts in the order of a set that Java made of all of them at once. */
export function setOrderOf(texts: readonly string[]): number[] {
  return inBuckets(texts.map(hashOfText), capacityFor(texts.length + LOAD));
}

/** Gives the places of texts in the order of a map of `size` texts that Java put them into one after the other, in the order given. */
export function mapOrderOf(texts: readonly string[], size: number): number[] {
  return inBuckets(texts.map(hashOfText), capacityFor(size));
}

/** The same for a concurrent map, which doubles as soon as it is as full as it may get; `peak` is the most that it ever held. */
export function concurrentMapOrderOf(texts: readonly string[], peak = texts.length): number[] {
  return inBuckets(texts.map(hashOfText), capacityFor(peak + 0.5));
}

function inBuckets(hashes: readonly number[], capacity: number): number[] {
  const buckets = hashes.map((hash) => spread(hash) & (capacity - 1));
  return hashes.map((_, place) => place).sort((left, right) => (buckets[left] ?? 0) - (buckets[right] ?? 0));
}

function capacityFor(size: number): number {
  let capacity = CAPACITY;
  while (size > capacity * LOAD) capacity *= 2;
  return capacity;
}

function hashOfOne([value]: readonly unknown[]): number {
  if (typeof value === 'boolean') return value ? 1231 : 1237;
  return value == null ? 0 : hashOfText(String(value));
}

function hashOfText(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index++) hash = (Math.imul(31, hash) + text.charCodeAt(index)) | 0;
  return hash;
}

function spread(hash: number): number {
  return hash ^ (hash >>> 16);
}
