import type { AttributeType } from '../api.ts';

/** Events of one file; more are refused rather than slowing the browser down. */
export const RECORDED_EVENTS_MAX = 5_000_000;
/** Lines of a file that could not be read, of which each is told. */
const PROBLEMS_MAX = 20;

/** What a stream of a recording has, in the order of its rows. */
export interface RecordedStream {
  name: string;
  attributes: readonly string[];
}

/** Events of several streams in the order of their times, kept by column so that a million of them are cheap. */
export interface Recording {
  streams: readonly RecordedStream[];
  /** Of each event: which of the streams, when in milliseconds since 1970, and its values as they were found. */
  of: Uint16Array;
  at: Float64Array;
  rows: readonly (readonly unknown[])[];
  /** Lines that were left out, and why; at most the first twenty are told. */
  problems: readonly string[];
  left: number;
}

/** Where events without a stream of their own belong, and what their time is called. */
export interface RecordingOptions {
  stream: string;
  /** Milliseconds between events of a file without times. */
  step?: number;
  /** When the last event before these was, of a file that is read in pieces. */
  after?: number;
}

/**
 * Reads CSV with a heading, or JSON lines. A column or key `stream` says where an event belongs, one named `timestamp`, `time`,
 * `datetime`, `at` or `@at` when it happened: milliseconds since 1970, or a date that JavaScript reads. JSON lines may also have the form that
 * captures and test cases have: `{"stream": …, "at": …, "data": {…}}`. Siddhi's `{"event": {…}}` is read, too.
 */
export function readRecording(text: string, options: RecordingOptions): Recording {
  const builder = new RecordingBuilder(options);
  if (/^\s*[[{]/.test(text)) readJson(text, builder);
  else readCsv(text, builder);
  return builder.finish();
}

/** An event as captures and test cases keep it. */
export interface PlainEvent {
  stream: string;
  at: number;
  data: Readonly<Record<string, unknown>>;
}

export function recordingOf(events: Iterable<PlainEvent>): Recording {
  const builder = new RecordingBuilder({ stream: '' });
  for (const { stream, at, data } of events) builder.add(stream, at, Object.keys(data), Object.values(data));
  return builder.finish();
}

/** The events of a recording one by one, for keeping some of them. */
export function* eventsOf({ streams, of, at, rows }: Recording): Generator<PlainEvent> {
  for (let index = 0; index < rows.length; index++) {
    const stream = streams[of[index] ?? 0];
    const row = rows[index] ?? [];
    if (stream !== undefined) yield { stream: stream.name, at: at[index] ?? 0, data: Object.fromEntries(stream.attributes.map((name, column) => [name, row[column] ?? null])) };
  }
}

class RecordingBuilder {
  private readonly options: RecordingOptions;
  private readonly streams = new Map<string, { index: number; name: string; attributes: string[]; columns: Map<string, number> }>();
  private readonly of: number[] = [];
  private readonly at: number[] = [];
  private readonly rows: unknown[][] = [];
  private readonly problems: string[] = [];
  private left = 0;

  constructor(options: RecordingOptions) {
    this.options = options;
  }

  get full(): boolean {
    return this.rows.length >= RECORDED_EVENTS_MAX;
  }

  /** An event with its names as found; `at` may be missing, then it follows the one before. */
  add(stream: string | undefined, at: unknown, names: readonly string[], values: readonly unknown[]): void {
    const name = stream === undefined || stream === '' ? this.options.stream : stream;
    const time = at === undefined ? (this.at.at(-1) ?? this.options.after ?? 0) + (this.options.step ?? 1000) : timeOf(at);
    if (time === undefined) return this.refuse(`'${String(at)}' is no time`);
    let known = this.streams.get(name);
    if (known === undefined) this.streams.set(name, (known = { index: this.streams.size, name, attributes: [], columns: new Map() }));
    const row: unknown[] = [];
    for (let index = 0; index < names.length; index++) {
      const attribute = names[index] ?? '';
      let column = known.columns.get(attribute);
      if (column === undefined) {
        column = known.attributes.push(attribute) - 1;
        known.columns.set(attribute, column);
      }
      row[column] = values[index] ?? null;
    }
    this.of.push(known.index);
    this.at.push(time);
    this.rows.push(row);
  }

  refuse(problem: string): void {
    this.left++;
    if (this.problems.length < PROBLEMS_MAX) this.problems.push(problem);
  }

  finish(): Recording {
    const { of, at, rows } = this;
    let sorted = true;
    for (let index = 1; index < at.length && sorted; index++) sorted = (at[index] ?? 0) >= (at[index - 1] ?? 0);
    const order = sorted ? undefined : rows.map((_, index) => index).sort((left, right) => (at[left] ?? 0) - (at[right] ?? 0));
    const pick = <T>(list: readonly T[]): T[] => (order === undefined ? [...list] : order.flatMap((index) => list.slice(index, index + 1)));
    return {
      streams: [...this.streams.values()].map(({ name, attributes }) => ({ name, attributes })),
      of: Uint16Array.from(pick(of)),
      at: Float64Array.from(pick(at)),
      rows: pick(rows),
      problems: this.problems,
      left: this.left,
    };
  }
}

/** What a column is named that says when an event happened or where it belongs, if no attribute has that name. */
export const isOfTheRecording = (column: string): boolean => TIMES.includes(column.toLowerCase()) || column.toLowerCase() === 'stream';

const TIMES = ['timestamp', 'time', 'datetime', 'at', '@at'];

function timeOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string' || value === '') return undefined;
  const number = Number(value);
  const time = Number.isNaN(number) ? Date.parse(value) : number;
  return Number.isNaN(time) ? undefined : time;
}

function readJson(text: string, builder: RecordingBuilder): void {
  const whole = /^\s*\[/.test(text) ? parsed(text) : undefined;
  if (Array.isArray(whole)) {
    for (const one of whole) addObject(one, builder);
    return;
  }
  let line = 0;
  for (let from = 0; from < text.length && !builder.full; ) {
    const end = text.indexOf('\n', from);
    const to = end < 0 ? text.length : end;
    line++;
    const piece = text.slice(from, to).trim();
    from = to + 1;
    if (piece === '') continue;
    const object = parsed(piece);
    if (object === undefined) builder.refuse(`line ${line} is no JSON`);
    else addObject(object, builder);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function addObject(value: unknown, builder: RecordingBuilder): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return builder.refuse('an event is an object');
  const entries = new Map<string, unknown>(Object.entries(value));
  const stream = entries.get('stream');
  const inner = entries.get('data') ?? entries.get('event');
  const wrapped = typeof inner === 'object' && inner !== null && !Array.isArray(inner);
  // A key that is also an attribute of the event is both its time and its value.
  const time = TIMES.find((name) => entries.has(name));
  const data = wrapped ? new Map<string, unknown>(Object.entries(inner)) : entries;
  const innerTime = time ?? (wrapped ? TIMES.find((name) => data.has(name)) : undefined);
  const at = time !== undefined ? entries.get(time) : innerTime === undefined ? undefined : data.get(innerTime);
  if (!wrapped) data.delete('stream');
  builder.add(typeof stream === 'string' ? stream : undefined, at, [...data.keys()], [...data.values()]);
}

/** RFC 4180, with `;` or tab where the heading has them instead of commas. */
function readCsv(text: string, builder: RecordingBuilder): void {
  const separator = separatorOf(text);
  let heading: string[] | undefined;
  let stream = -1;
  let time = -1;
  for (const cells of csvRows(text, separator)) {
    if (builder.full) return;
    if (heading === undefined) {
      heading = cells.map((one) => one.trim());
      stream = heading.findIndex((one) => one.toLowerCase() === 'stream');
      time = heading.findIndex((one) => TIMES.includes(one.toLowerCase()));
      continue;
    }
    if (cells.length !== heading.length) {
      builder.refuse(`a line with ${cells.length} values, the heading has ${heading.length}`);
      continue;
    }
    builder.add(stream < 0 ? undefined : cells[stream], time < 0 ? undefined : cells[time], heading, cells);
  }
}

function separatorOf(text: string): string {
  const heading = text.slice(0, Math.max(0, text.indexOf('\n')) || text.length);
  return [',', ';', '\t'].map((one) => ({ one, count: heading.split(one).length })).sort((left, right) => right.count - left.count)[0]?.one ?? ',';
}

function* csvRows(text: string, separator: string): Generator<string[]> {
  let at = text.startsWith('\ufeff') ? 1 : 0;
  while (at < text.length) {
    const end = text.indexOf('\n', at);
    const line = text.slice(at, end < 0 ? text.length : end);
    if (!line.includes('"')) {
      at = end < 0 ? text.length : end + 1;
      const plain = line.endsWith('\r') ? line.slice(0, -1) : line;
      if (plain !== '') yield plain.split(separator);
      continue;
    }
    const [cells, next] = quotedRow(text, at, separator);
    at = next;
    yield cells;
  }
}

/** A row with quoted cells, which may hold separators and line ends. */
function quotedRow(text: string, from: number, separator: string): [cells: string[], next: number] {
  const cells: string[] = [];
  let cell = '';
  let quoted = false;
  let at = from;
  for (; at < text.length; at++) {
    const character = text[at] ?? '';
    if (quoted) {
      if (character !== '"') cell += character;
      else if (text[at + 1] === '"') cell += text[++at] ?? '';
      else quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === separator) {
      cells.push(cell);
      cell = '';
    } else if (character === '\n') break;
    else if (character !== '\r') cell += character;
  }
  return [[...cells, cell], at + 1];
}

/** A value as a file has it in the form that its attribute's type is read from: texts become numbers and bools. */
export function loosened(value: unknown, type: AttributeType): unknown {
  if (typeof value !== 'string' || type === 'string' || type === 'object') return type === 'string' && typeof value === 'number' ? String(value) : value;
  const text = value.trim();
  if (text === '' || text === 'null') return null;
  if (type === 'bool') return /^(true|1)$/i.test(text) ? true : /^(false|0)$/i.test(text) ? false : value;
  if (type === 'long' && /^-?\d{16,}$/.test(text)) return text;
  const number = Number(text);
  return Number.isNaN(number) ? value : number;
}
