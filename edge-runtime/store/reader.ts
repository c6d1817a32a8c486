import type { Attribute } from '../cep/index.ts';
import { messageOf } from '../kernel/path-error.ts';
import type { RedisClient } from '../kernel/redis.ts';
import { wireValue } from '../kernel/wire-value.ts';
import type { AttributeValue } from '../protocol/index.ts';
import type { StoreKeys } from './keys.ts';
import { unpackRows } from './packed-rows.ts';
import { readCatalogue, type AttributeVersions } from './stream-catalogue.ts';

export interface RowQuery {
  /** `rule/Stream`, or `Stream` where one rule alone has it. */
  stream: string;
  from: number;
  to: number;
  limit: number;
  order?: 'newest' | 'oldest';
  cursor?: string;
}

export type RowAnswer =
  | { ok: true; stream: string; attributes: Attribute[]; rows: { at: number; values: AttributeValue[] }[]; nextCursor: string | null }
  | { ok: false; code: 'unknown-stream' | 'invalid' | 'unavailable'; message: string };

export const queryLimits = { rowsMax: 1000, entriesPerPageMax: 256, bytesPerPage: 262_144, entriesScannedMax: 4096 } as const;

/** Where the next page starts: an entry, and the row in it. */
interface Place {
  entry: string;
  row: number;
}

/**
 * Reads what the store keeps, by time. An entry's id carries the newest time up to its writing, so rows that came late
 * are found where they were written; within a stream that comes in order the range is exact.
 */
export class StoreReader {
  readonly #client: RedisClient;
  readonly #keys: StoreKeys;
  #catalogue: Map<string, AttributeVersions> | undefined;

  constructor(client: RedisClient, keys: StoreKeys) {
    this.#client = client;
    this.#keys = keys;
  }

  async query(query: RowQuery): Promise<RowAnswer> {
    const cursor = query.cursor === undefined ? undefined : parseCursor(query.cursor);
    if (query.cursor !== undefined && cursor === undefined) return { ok: false, code: 'invalid', message: 'the cursor was not given out by this node' };
    if (!(query.from <= query.to) || query.limit < 1 || query.limit > queryLimits.rowsMax) {
      return { ok: false, code: 'invalid', message: `a query needs from ≤ to and a limit of 1 to ${queryLimits.rowsMax}` };
    }
    try {
      const found = await this.#find(query.stream);
      if (found === undefined) return { ok: false, code: 'unknown-stream', message: `the store has no stream '${query.stream}', or several of that name: write rule/Stream` };
      return await this.#read(query, found.stream, found.versions, cursor);
    } catch (error) {
      return { ok: false, code: 'unavailable', message: `the store does not answer: ${messageOf(error)}` };
    }
  }

  /** Names and attributes of everything the store keeps. */
  async streams(): Promise<{ stream: string; attributes: readonly Attribute[] }[]> {
    this.#catalogue = await readCatalogue(this.#client, this.#keys.catalogue);
    return [...this.#catalogue].map(([stream, versions]) => ({ stream, attributes: versions.at(-1) ?? [] }));
  }

  async #find(name: string): Promise<{ stream: string; versions: AttributeVersions } | undefined> {
    for (const isFresh of [false, true]) {
      if (isFresh || this.#catalogue === undefined) this.#catalogue = await readCatalogue(this.#client, this.#keys.catalogue);
      const exact = this.#catalogue.get(name);
      if (exact !== undefined) return { stream: name, versions: exact };
      const [only, ...others] = [...this.#catalogue].filter(([stream]) => stream.endsWith(`/${name}`));
      if (only !== undefined && others.length === 0) return { stream: only[0], versions: only[1] };
    }
    return undefined;
  }

  async #read(query: RowQuery, stream: string, versions: AttributeVersions, cursor: Place | undefined): Promise<RowAnswer> {
    const key = this.#keys.rows(stream);
    const isNewestFirst = query.order !== 'oldest';
    const attributes = [...(versions.at(-1) ?? [])];
    const rows: { at: number; values: AttributeValue[] }[] = [];
    // What is asked most often, the newest rows, is asked in one turn: most often nothing is newer than the range.
    const [last, newest] = await Promise.all([this.#firstAfter(key, query.to), isNewestFirst && cursor === undefined ? this.#client.xrevrangeBuffer(key, '+', `${query.from}-0`, 'COUNT', 1) : undefined]);
    let page = last === '+' ? newest : undefined;
    let start = cursor?.entry ?? (isNewestFirst ? last : `${query.from}-0`);
    let skipTo = cursor?.row;
    // An entry holds a thousand rows where events are dense, and a single one where they are rare.
    let pageSize = 1;
    for (let scanned = 0; scanned < queryLimits.entriesScannedMax; ) {
      page ??= isNewestFirst
        ? await this.#client.xrevrangeBuffer(key, start, `${query.from}-0`, 'COUNT', pageSize)
        : await this.#client.xrangeBuffer(key, start, last, 'COUNT', pageSize);
      for (const [id, fields] of page) {
        const names = versions[Number(fields[1]?.toString() ?? 0)] ?? attributes;
        const places = attributes.map((attribute) => names.findIndex((name) => name.name === attribute.name));
        const packed = unpackRows(fields[3] ?? new Uint8Array(8));
        const step = isNewestFirst ? -1 : 1;
        for (let row = skipTo ?? (isNewestFirst ? packed.count - 1 : 0); row >= 0 && row < packed.count; row += step) {
          const at = packed.times[row] ?? 0;
          if (at < query.from || at > query.to) continue;
          if (rows.length === query.limit) return { ok: true, stream, attributes, rows, nextCursor: `${id.toString()}:${row}` };
          const values = packed.row(row);
          rows.push({ at, values: places.map((place) => wireValue(values[place])) });
        }
        skipTo = undefined;
      }
      scanned += page.length;
      const lastId = page.at(-1)?.[0].toString();
      if (lastId === undefined || page.length < pageSize) return { ok: true, stream, attributes, rows, nextCursor: null };
      start = `(${lastId}`;
      pageSize = nextPageSize(page);
      page = undefined;
    }
    return { ok: true, stream, attributes, rows, nextCursor: `${start.slice(1)}:${isNewestFirst ? -1 : Number.MAX_SAFE_INTEGER}` };
  }

  /** The entry that may hold the range's last rows together with later ones. */
  async #firstAfter(key: string, time: number): Promise<string> {
    const [entry] = await this.#client.xrange(key, `${time + 1}-0`, '+', 'COUNT', 1);
    return entry?.[0] ?? '+';
  }
}

/** As many entries as fit into a page's bytes, judged by those of the last page. */
function nextPageSize(page: readonly [Buffer, Buffer[]][]): number {
  const bytes = page.reduce((sum, [, fields]) => sum + (fields[3]?.length ?? 0), 0);
  const fitting = Math.floor((queryLimits.bytesPerPage * page.length) / Math.max(1, bytes));
  return Math.max(1, Math.min(queryLimits.entriesPerPageMax, page.length * 8, fitting));
}

function parseCursor(text: string): Place | undefined {
  const match = /^(\d{1,16}-\d{1,16}):(-1|\d{1,16})$/.exec(text);
  return match === null ? undefined : { entry: match[1] ?? '', row: Number(match[2]) };
}
