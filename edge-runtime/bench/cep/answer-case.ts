import { compile, Engine, type Attribute, type AttributeType, type Row } from '../../cep/index.ts';
import { textOf } from '../../cep/plan/functions.ts';
import { shortestFloat } from '../../cep/runtime/java-number.ts';

/**
 * Cases and answers in the format that the Siddhi oracle speaks: an app, steps, and what every callback heard. Values
 * that JSON cannot tell apart say their type: `{"$l": long}`, `{"$f": float}`, `{"$d": double}`.
 */
export interface Case {
  id: string;
  app: string;
  start?: number;
  steps: readonly Step[];
}

export type Step =
  | readonly [stream: string, timestamp: number, values: readonly unknown[]]
  | { batch: string; events: readonly (readonly [timestamp: number, values: readonly unknown[]])[] }
  | { advance: number }
  | { query: string }
  | { snapshot: string }
  | { restore: string }
  | { mark: string };

export interface Answer {
  id: string;
  types?: Record<string, [string, AttributeType][]>;
  out: OutEntry[];
  error?: string;
}

type OutRow = [timestamp: number, values: unknown[]] | [timestamp: number, values: unknown[], mark: 'expired'];
export type OutEntry = { of: string; at?: number; in?: OutRow[]; removed?: OutRow[]; rows?: OutRow[] };

/** What a line says; whole numbers that a double does not hold stay exact. */
export function readLine<T>(line: string): T {
  const exact = (_: string, value: unknown, { source }: { source?: string } = {}): unknown =>
    typeof value === 'number' && !Number.isSafeInteger(value) && source !== undefined && /^-?[0-9]+$/.test(source) ? BigInt(source) : value;
  return JSON.parse(line, exact);
}

/**
 * Runs one case and says what came out; a text that cannot run gives an answer with `error`. `atEnd` is given the engine
 * as the last step left it, and is not called where there is an error.
 */
export function answerCase(one: Case, atEnd?: (engine: Engine) => void): Answer {
  const answer: Answer = { id: one.id, out: [] };
  OtherNumber.forget();
  try {
    const app = compile(one.app);
    answer.types = Object.fromEntries(streamsOf(app).map((stream) => [stream.name, stream.attributes.map((attribute): [string, AttributeType] => [attribute.name, attribute.type])]));
    const snapshots = new Map<string, Uint8Array>();
    let engine = launch(one, app, answer);
    for (const step of one.steps) {
      const restored = runStep(step, engine, app, answer, snapshots);
      if (restored === undefined) continue;
      engine = launch(one, app, answer);
      engine.restore(restored);
    }
    atEnd?.(engine);
  } catch (failure) {
    answer.error = failure instanceof Error ? `${failure.name}: ${failure.message}` : String(failure);
  }
  return answer;
}

type App = ReturnType<typeof compile>;

/** The streams of an app, defined or inferred, and its triggers; tables are not heard. */
function streamsOf(app: App): App['analysis']['streams'] {
  return app.analysis.streams.filter((one) => one.kind === 'stream' || one.kind === 'trigger');
}

function launch(one: Case, app: App, answer: Answer): Engine {
  const engine = new Engine(app, { start: one.start ?? 0, timers: 'jump', uuid: () => '00000000-0000-4000-8000-000000000000' });
  for (const { name, attributes } of streamsOf(app)) {
    engine.onStream(name, ({ timestamps, rows }) => answer.out.push({ of: `stream ${name}`, rows: rows.map((row, index) => [timestamps[index] ?? 0, tagRow(row, attributes)]) }));
  }
  for (const query of app.plan.queries) {
    // In a partition a query is not heard, only what it puts out.
    if (!query.named || query.partition !== undefined) continue;
    const { attributes } = query.selection;
    engine.onQuery(query.name, ({ timestamp, arrived, removed }) => {
      answer.out.push({
        of: `query ${query.name}`,
        at: timestamp,
        in: arrived.map((event) => [event.timestamp, tagRow(event.row, attributes)]),
        removed: removed.map((event) => [event.timestamp, tagRow(event.row, attributes), 'expired']),
      });
    });
  }
  return engine;
}

/** Runs one step; for a restore, gives the snapshot that a new engine is to take. */
function runStep(step: Step, engine: Engine, app: App, answer: Answer, snapshots: Map<string, Uint8Array>): Uint8Array | undefined {
  if ('length' in step) engine.send(step[0], step[1], untagRow(step[2], app, step[0]));
  else if ('batch' in step) engine.sendChunk(step.batch, step.events.map((event) => event[0]), step.events.map((event) => untagRow(event[1], app, step.batch)));
  else if ('advance' in step) engine.advance(step.advance);
  else if ('query' in step) {
    const { attributes, rows } = engine.query(step.query);
    answer.out.push({ of: 'on-demand', rows: rows.map((row) => [-1, tagRow(row, attributes)]) });
  } else if ('mark' in step) answer.out.push({ of: `mark ${step.mark}` });
  else if ('snapshot' in step) snapshots.set(step.snapshot, engine.snapshot());
  else if ('restore' in step) return snapshots.get(step.restore);
  else throw new Error(`This engine does not answer the step ${JSON.stringify(step)}.`);
  return undefined;
}

function untagRow(values: readonly unknown[], app: App, stream: string): Row {
  const attributes = app.analysis.streams.find((one) => one.name === stream)?.attributes ?? [];
  return values.map((value, index) => untag(value, attributes[index]?.type ?? 'object'));
}

/** A number in an attribute of another type, which stays what it says of itself, as a boxed number of Java's does. */
class OtherNumber extends Number {
  readonly type: AttributeType;

  private constructor(value: number, type: AttributeType) {
    super(value);
    this.type = type;
  }

  /** Equal ones are one, so that they group. */
  private static known = new Map<string, OtherNumber>();

  static of(value: number, type: AttributeType): OtherNumber {
    const name = `${type} ${value}`;
    const one = this.known.get(name) ?? new OtherNumber(value, type);
    this.known.set(name, one);
    return one;
  }

  /** Each case begins anew. */
  static forget(): void {
    this.known = new Map();
  }
}

const TAGS: readonly (readonly [tag: string, type: AttributeType])[] = [['$i', 'int'], ['$l', 'long'], ['$f', 'float'], ['$d', 'double']];

function untag(value: unknown, type: AttributeType): unknown {
  const [tag, own] = TAGS.find(([one]) => typeof value === 'object' && value !== null && one in value) ?? ['', type];
  const inner: unknown = tag === '' ? value : Reflect.get(Object(value), tag);
  if (tag === '$l' && typeof inner === 'string') return BigInt(inner);
  if (typeof inner === 'bigint') return own === 'long' || own === 'object' ? inner : Number(inner);
  if (typeof inner !== 'number') return inner;
  const number = own === 'float' ? Math.fround(inner) : inner;
  return own === type || (type === 'object' && isPlain(number, own)) ? number : OtherNumber.of(number, own);
}

/** Whether a number alone tells its type: in an object a whole one is an int, any other a double. */
function isPlain(number: number, type: AttributeType): boolean {
  return type === (Number.isInteger(number) ? 'int' : 'double');
}

function tagRow(row: Row, attributes: readonly Attribute[]): unknown[] {
  return attributes.map((attribute, index) => tag(row[index], attribute.type));
}

function tag(value: unknown, type: AttributeType): unknown {
  if (value === null || value === undefined) return null;
  // What was only cast to a number is still what it was.
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return { $l: longText(value) };
  if (value instanceof OtherNumber) return tag(value.valueOf(), value.type);
  switch (type) {
    case 'long':
      return { $l: value };
    case 'float':
      return { $f: decimal(value, shortestFloat) };
    case 'double':
      return { $d: decimal(value, (number) => String(number)) };
    default:
      if (typeof value === 'object') return { $o: textOf(value, 'object') };
      return typeof value === 'number' && !Number.isInteger(value) ? { $d: value } : value;
  }
}

/** Beyond 2^53 as text, but for the least long, of which Java's absolute value is negative. */
function longText(value: bigint): string | number {
  const exact = value >= -9_007_199_254_740_992n && value <= 9_007_199_254_740_992n;
  return exact || value === -9_223_372_036_854_775_808n ? Number(value) : value.toString();
}

function decimal(value: unknown, text: (number: number) => string): unknown {
  if (typeof value !== 'number') return value;
  return Number.isFinite(value) ? Number(value < 0 ? `-${text(-value)}` : text(value)) : String(value);
}
