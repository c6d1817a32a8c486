import { isUtf8 } from 'node:buffer';
import type { Attribute, Row, RowReader } from '../cep/index.ts';
import type { Refusal } from '../kernel/event-batch.ts';
import { readPath } from './json-path.ts';

/** Limits of one message or body, whoever sends it. What is over one is refused whole and said so. */
export const decodeLimits = { bytesMax: 1_048_576, eventsMax: 10_000, depthMax: 32, rawMax: 2048 } as const;

/** Where decoded events go. Arrays of equal length, and what could not be read. */
export interface DecodedEvents {
  times: number[];
  rows: Row[];
  refused: Refusal[];
}

export interface Decoder {
  /** Appends the events of one message. `time` is that of events that bring none of their own. */
  decode(message: Uint8Array, position: number, time: number, into: DecodedEvents): void;
}

/** How events of one stream are found in JSON. */
export interface JsonMapping {
  attributes: readonly Attribute[];
  reader: RowReader;
  /** Attribute to path, where the annotation gives paths; otherwise attributes are members of the same name. */
  paths: Readonly<Record<string, string>> | undefined;
  /** Path of the event's own time: milliseconds or ISO 8601. */
  timestamp: string | undefined;
}

/** Reads one object, an array of objects, or objects on lines of their own; each may be wrapped as `{"event": {…}}`. */
export function generalDecoder(mapping: JsonMapping): Decoder {
  const paths = mapping.paths === undefined ? undefined : Object.entries(mapping.paths).map(([name, path]) => ({ name, get: readPath(path) }));
  const timeOf = mapping.timestamp === undefined ? undefined : readPath(mapping.timestamp);
  // An attribute that keeps whatever it is given limits the nesting; one called `event` leaves no envelope of that name.
  const keepsObjects = mapping.attributes.some((attribute) => attribute.type === 'object');
  const hasEventAttribute = mapping.attributes.some((attribute) => attribute.name === 'event');

  function event(value: unknown, position: number, index: number, time: number, into: DecodedEvents): void {
    const refuse = (reason: string): void => void into.refused.push({ position, index, reason, raw: excerpt(value) });
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(`an event is a JSON object, not ${kindOf(value)}`);
    const object = hasEventAttribute ? value : unwrapped(value);
    if (keepsObjects && isDeeper(object, decodeLimits.depthMax)) return refuse(`nested deeper than ${decodeLimits.depthMax} levels`);
    const row = mapping.reader.read(paths === undefined ? object : Object.fromEntries(paths.map(({ name, get }) => [name, get(object)])));
    if (row === undefined) return refuse(mapping.reader.error);
    const at = timeOf === undefined ? time : parseTime(timeOf(object));
    if (at === undefined) return refuse(`no time at ${mapping.timestamp}: it must be milliseconds since 1970 or ISO 8601`);
    into.times.push(at);
    into.rows.push(row);
  }

  return {
    decode(message, position, time, into) {
      const refuse = (reason: string): void => void into.refused.push({ position, index: 0, reason, raw: rawExcerpt(message) });
      if (message.length > decodeLimits.bytesMax) return refuse(`${message.length} bytes; at most ${decodeLimits.bytesMax} are accepted`);
      if (!isUtf8(message)) return refuse('not UTF-8');
      const text = Buffer.from(message.buffer, message.byteOffset, message.byteLength).toString('utf8');
      const values = parseEvents(text);
      if (typeof values === 'string') return refuse(values);
      if (values.length > decodeLimits.eventsMax) return refuse(tooMany(values.length));
      for (let index = 0; index < values.length; index += 1) event(values[index], position, index, time, into);
    },
  };
}

/** The events of a text, or why it has none that can be read. A line that is no JSON is an event of its own, refused later. */
function parseEvents(text: string): unknown[] | string {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [value];
  } catch (error) {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    if (lines.length < 2) return `not JSON: ${error instanceof Error ? error.message : ''}`;
    // Before any is read: each that is no JSON costs an error of its own.
    if (lines.length > decodeLimits.eventsMax) return tooMany(lines.length);
    return lines.map((line): unknown => {
      try {
        return JSON.parse(line);
      } catch {
        return `not JSON: ${line.slice(0, 200)}`;
      }
    });
  }
}

function tooMany(events: number): string {
  return `${events} events in one message; at most ${decodeLimits.eventsMax} are accepted`;
}

function unwrapped(value: object): object {
  if (!('event' in value)) return value;
  const { event } = value;
  return typeof event === 'object' && event !== null && !Array.isArray(event) ? event : value;
}

/** Milliseconds since 1970 from a number or an ISO 8601 text. */
export function parseTime(value: unknown): number | undefined {
  const time = typeof value === 'number' ? Math.round(value) : typeof value === 'string' && value !== '' ? Date.parse(value) : Number.NaN;
  return Number.isFinite(time) && time >= 0 && time <= 8.64e15 ? time : undefined;
}

/** Walks without recursion: the nesting to be found out may be deeper than the stack. */
function isDeeper(value: unknown, depthMax: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > depthMax) return true;
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item).filter((child) => typeof child === 'object' && child !== null) : []));
  }
  return false;
}

function kindOf(value: unknown): string {
  if (typeof value === 'string' && value.startsWith('not JSON: ')) return value;
  return value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}

/** The beginning of a decoded event as text, bounded whatever it is. */
function excerpt(value: unknown): string {
  try {
    return (JSON.stringify(value) ?? '').slice(0, decodeLimits.rawMax);
  } catch {
    return 'an event nested too deep to be written out';
  }
}

/** The beginning of raw bytes as text, or in base64 where they are none. */
export function rawExcerpt(bytes: Uint8Array): string {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, decodeLimits.rawMax));
  return isUtf8(bytes) ? start.toString('utf8') : `base64:${start.subarray(0, (decodeLimits.rawMax / 4) * 3 - 8).toString('base64')}`;
}
