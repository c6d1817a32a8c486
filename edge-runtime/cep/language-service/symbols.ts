import type { Span } from '../language/diagnostics.ts';
import type { Annotation, App, Expression, Name, Partition, Query, StreamReference } from '../language/syntax.ts';
import type { AppPlan, StreamPlan } from '../plan/plan.ts';
import type { Scope, ScopeSource } from '../plan/scope.ts';
import type { Observed } from './observed.ts';
import { nameFrom, type TextMap } from './text-map.ts';
import { callsOf, queriesOf, sourcesIn, within, type PlacedQuery } from './walk.ts';

export type SymbolKind = 'stream' | 'table' | 'window' | 'trigger' | 'aggregation' | 'function' | 'event' | 'attribute' | 'model';

/** One place where something that has a name is named. */
export interface Occurrence extends Span {
  symbol: string;
  kind: SymbolKind;
  defines: boolean;
  /** In a string, where a name stands without back quotes. */
  inString: boolean;
  /** Of `select a`: the same word also names the attribute that is put out, which has this symbol. */
  putsOut?: string;
}

/** All names of a text and what they stand for. */
export interface Symbols {
  occurrences: readonly Occurrence[];
  /** Symbols that are one for renaming: a stream's attribute and the one that `select *` makes of it. */
  same(left: string, right: string): boolean;
}

export const attributeSymbol = (stream: string, attribute: string): string => `attribute ${stream}.${attribute}`;
const streamSymbol = (stream: string): string => `stream ${stream}`;
const eventSymbol = (query: Span, event: string): string => `event ${query.from} ${event}`;

/** Finds every name of a text, by its syntax and by what the planner found each expression to be. */
export function symbolsOf(map: TextMap, app: App, plan: AppPlan, observed: readonly Observed[]): Symbols {
  return new SymbolFinder(map, app, plan).run(observed);
}

class SymbolFinder {
  private readonly map: TextMap;
  private readonly app: App;
  private readonly streams: ReadonlyMap<string, StreamPlan>;
  private readonly queries: PlacedQuery[];
  private readonly kinds = new Map<string, SymbolKind>();
  private readonly list: Occurrence[] = [];
  private readonly parents = new Map<string, string>();
  /** Places that have been named, and symbols that have been defined. */
  private readonly places = new Set<number>();
  private readonly defined = new Set<string>();
  /** What the word of a plain selected attribute also names: the attribute that is put out. */
  private readonly putOut = new Map<number, string>();

  constructor(map: TextMap, app: App, plan: AppPlan) {
    this.map = map;
    this.app = app;
    this.streams = new Map(plan.streams.map((one) => [one.name, one]));
    this.queries = queriesOf(app);
  }

  run(observed: readonly Observed[]): Symbols {
    for (const { name, kind } of this.app.definitions) this.kinds.set(name.text, kind);
    this.definitions();
    for (const placed of this.queries) this.query(placed);
    for (const { expression, scope } of observed) {
      if (expression.kind === 'attribute') this.attribute(expression, scope);
      else this.namesOf(expression, scope);
    }
    for (const { call, role } of callsOf(this.app)) this.call(call, role);
    this.list.sort((left, right) => left.from - right.from);
    return { occurrences: this.list, same: (left, right) => this.root(left) === this.root(right) };
  }

  private definitions(): void {
    for (const definition of this.app.definitions) {
      const { name, kind } = definition;
      this.add(this.tokenSpan(name), kind === 'function' ? `function ${name.text}` : streamSymbol(name.text), kind, true);
      if (kind === 'aggregation') {
        this.stream(definition.source.source, undefined);
        const { by, source, select } = definition;
        for (const { expression, name: output } of select.attributes) this.selected(expression, output, attributeSymbol(name.text, output.text));
        for (const expression of [...select.attributes.map((one) => one.expression), ...select.groupBy, ...(by === undefined ? [] : [by])]) this.ofStream(expression, source.source.name);
      }
      if (kind === 'stream' || kind === 'table' || kind === 'window') {
        for (const attribute of definition.attributes) this.add(attribute.name, attributeSymbol(name.text, attribute.name.text), 'attribute', true);
        for (const annotation of definition.annotations) this.annotation(annotation, name.text);
      }
    }
    for (const element of this.app.elements) {
      if (element.kind !== 'partition') continue;
      for (const { stream, value, ranges = [] } of element.keys) {
        this.add(stream, streamSymbol(stream.text), this.kindOf(stream.text), false);
        for (const expression of [...(value === undefined ? [] : [value]), ...ranges.map((one) => one.condition)]) this.ofStream(expression, stream.text);
      }
    }
  }

  /** The attributes of an expression that can only mean those of one stream. */
  private ofStream(expression: Expression, stream: string): void {
    within(expression, (one) => {
      if (one.kind === 'attribute') this.add(one.name, attributeSymbol(stream, one.name.text), 'attribute', false, false, this.putOut.get(one.name.from));
    });
  }

  /** Attributes named in annotations: keys of tables, paths of sources, templates of sinks. */
  private annotation(annotation: Annotation, stream: string): void {
    const role = annotation.name.toLowerCase();
    for (const { key, value, at } of annotation.elements) {
      const first = this.map.tokens.find((one) => one.from >= at.from);
      if (role === 'attributes' && key !== '' && first !== undefined) this.add(inside(first, this.map.text), attributeSymbol(stream, key), 'attribute', false, true);
      const from = this.map.text.lastIndexOf(value, at.to);
      if (value === '' || from < at.from) continue;
      if (role === 'primarykey' || role === 'index') this.add({ from, to: from + value.length }, attributeSymbol(stream, value), 'attribute', false, true);
      for (const match of value.matchAll(/\{\{\s*([A-Za-z_]\w*)\s*\}\}/g)) {
        const start = from + match.index + match[0].indexOf(match[1] ?? '');
        this.add({ from: start, to: start + (match[1]?.length ?? 0) }, attributeSymbol(stream, match[1] ?? ''), 'attribute', false, true);
      }
    }
    for (const inner of annotation.annotations) this.annotation(inner, stream);
  }

  private query({ query, partition }: PlacedQuery): void {
    for (const one of sourcesIn(query.input)) {
      this.stream(one.source, partition);
      const name = one.kind === 'single' ? one.alias : one.event;
      if (name !== undefined) this.add(name, eventSymbol(query, name.text), 'event', true);
    }
    const { output } = query;
    const target = output.kind === 'return' ? undefined : this.streamName(output.target, partition);
    if (output.kind !== 'return') this.stream(output.target, partition, true);
    if (target !== undefined && (output.kind === 'update' || output.kind === 'upsert')) {
      for (const { attribute } of output.set) {
        if (attribute.kind !== 'attribute') continue;
        if (attribute.stream !== undefined) this.stream(attribute.stream, partition);
        this.add(attribute.name, attributeSymbol(target, attribute.name.text), 'attribute', false);
      }
    }
    const owner = outputOwner(query, target, partition);
    for (const { expression, name } of query.select.attributes) this.selected(expression, name, attributeSymbol(owner, name.text));
    if (query.select.attributes.length === 0) this.everything(query, owner, partition);
  }

  /** `select *` hands attributes on under their names. */
  private everything(query: Query, owner: string, partition: Partition | undefined): void {
    for (const one of sourcesIn(query.input)) {
      const name = this.streamName(one.source, partition);
      const stream = this.streams.get(one.source.prefix + one.source.name);
      for (const attribute of stream?.attributes ?? []) this.link(attributeSymbol(name, attribute.name), attributeSymbol(owner, attribute.name));
    }
  }

  private selected(expression: Expression, name: Name, symbol: string): void {
    if (expression.kind === 'attribute' && expression.name.from === name.from) this.putOut.set(name.from, symbol);
    // The first query that puts an attribute into a stream without a definition defines it.
    else this.add(name, symbol, 'attribute', !this.defined.has(symbol));
    this.defined.add(symbol);
  }

  private attribute(expression: Extract<Expression, { kind: 'attribute' }>, scope: Scope): void {
    const placed = this.queryAt(expression.from);
    const { name, stream } = expression;
    if (stream !== undefined) this.qualifier(stream, placed, scope);
    const source = sourceOf(expression, scope);
    if (name.text === '' || source === undefined) return;
    const symbol = source === 'output' ? attributeSymbol(this.ownerOf(placed), name.text) : this.symbolIn(source, name.text, placed);
    this.add(name, symbol, 'attribute', false, false, this.putOut.get(name.from));
  }

  /** Tables and events that an expression names without an attribute: `in T`, `e1 is null`, `eventTimestamp(e1)`. */
  private namesOf(expression: Expression, scope: Scope): void {
    const placed = this.queryAt(expression.from);
    if (expression.kind === 'in') this.add(expression.table, streamSymbol(expression.table.text), this.kindOf(expression.table.text), false);
    else if (expression.kind === 'is-null-stream') this.qualifier(expression.stream, placed, scope);
    else {
      const alone = expression.kind === 'is-null' ? expression.operand : expression.kind === 'call' && expression.name.text === 'eventTimestamp' ? expression.arguments[0] : undefined;
      if (alone?.kind === 'attribute') this.qualifier(alone.stream ?? { name: alone.name.text, prefix: '', from: alone.from, to: alone.to }, placed, scope);
    }
  }

  private qualifier(reference: StreamReference, placed: PlacedQuery | undefined, scope: Scope): void {
    const token = nameFrom(this.map, reference.from);
    if (token === undefined || scope.source(reference) === undefined) return;
    const own = placed === undefined ? [] : sourcesIn(placed.query.input).map((one) => (one.kind === 'single' ? one.alias : one.event));
    if (placed !== undefined && reference.prefix === '' && own.some((one) => one?.text === reference.name)) this.add(token, eventSymbol(placed.query, reference.name), 'event', false);
    else this.stream(reference, placed?.partition);
  }

  private symbolIn(source: ScopeSource, attribute: string, placed: PlacedQuery | undefined): string {
    const { name } = source.definition;
    if (name === 'output' && !this.kinds.has('output')) return attributeSymbol(this.ownerOf(placed), attribute);
    const known = this.streams.get(name);
    // What a prediction or a stream function adds belongs to the query alone.
    if (known !== undefined && !known.attributes.some((one) => one.name === attribute) && placed !== undefined) return `added ${placed.query.from} ${attribute}`;
    return attributeSymbol(name.startsWith('#') ? innerName(name, placed?.partition) : plain(name), attribute);
  }

  private ownerOf(placed: PlacedQuery | undefined): string {
    if (placed === undefined) return '';
    const { query, partition } = placed;
    return outputOwner(query, query.output.kind === 'return' ? undefined : this.streamName(query.output.target, partition), partition);
  }

  private call(call: { namespace: string; name: Name; arguments: Expression[] }, role: 'function' | 'window' | 'stream-function'): void {
    const [first] = call.arguments;
    if (role === 'stream-function' && call.namespace === 'model' && first?.kind === 'constant' && typeof first.value === 'string') {
      this.add({ from: first.from + 1, to: first.to - 1 }, `model ${first.value}`, 'model', false, true);
    } else if (role === 'function' && call.namespace === '' && this.kinds.get(call.name.text) === 'function') {
      this.add(call.name, `function ${call.name.text}`, 'function', false);
    }
  }

  /** The first query of the text that puts something into a stream without a definition introduces it. */
  private stream(reference: StreamReference, partition: Partition | undefined, putInto = false): void {
    const token = nameFrom(this.map, reference.from);
    const name = this.streamName(reference, partition);
    const symbol = streamSymbol(name);
    const defines = putInto && !this.kinds.has(name) && !this.defined.has(symbol);
    if (token !== undefined) this.add(token, symbol, this.kindOf(name), defines);
  }

  private streamName(reference: StreamReference, partition: Partition | undefined): string {
    return reference.prefix === '#' ? innerName(`#${reference.name}`, partition) : reference.name;
  }

  private kindOf(name: string): SymbolKind {
    return this.kinds.get(name) ?? 'stream';
  }

  private queryAt(offset: number): PlacedQuery | undefined {
    return this.queries.find(({ query }) => query.from <= offset && offset < query.to);
  }

  private tokenSpan(name: Name): Span {
    return nameFrom(this.map, name.from) ?? name;
  }

  private add({ from, to }: Span, symbol: string, kind: SymbolKind, defines: boolean, inString = false, putsOut?: string): void {
    if (this.places.has(from)) return;
    this.places.add(from);
    if (defines) this.defined.add(symbol);
    this.list.push({ from, to, symbol, kind, defines, inString, ...(putsOut === undefined ? {} : { putsOut }) });
  }

  private link(left: string, right: string): void {
    const [a, b] = [this.root(left), this.root(right)];
    if (a !== b) this.parents.set(a, b);
  }

  private root(symbol: string): string {
    const parent = this.parents.get(symbol);
    return parent === undefined ? symbol : this.root(parent);
  }
}

/** Whom the attributes put out belong to: the stream or table they go to, or the query alone. */
function outputOwner(query: Query, target: string | undefined, partition: Partition | undefined): string {
  const { output } = query;
  if (target === undefined || output.kind === 'delete' || (output.kind === 'update' && output.set.length > 0)) return `of query ${query.from}`;
  return partition !== undefined && target.startsWith('#') ? innerName(target, partition) : target;
}

/** An inner stream is its partition's own. */
function innerName(name: string, partition: Partition | undefined): string {
  return partition === undefined || name.includes('@') ? name : `${name}@${partition.from}`;
}

/** A fault stream has its stream's attributes. */
function plain(name: string): string {
  return name.startsWith('!') ? name.slice(1) : name;
}

function inside(token: Span, text: string): Span {
  return /['"]/.test(text[token.from] ?? '') ? { from: token.from + 1, to: token.to - 1 } : token;
}

/** Whose attribute a name is, by the scope's own rules; `output` for one that is being put out. */
function sourceOf({ stream, name }: Extract<Expression, { kind: 'attribute' }>, scope: Scope): ScopeSource | 'output' | undefined {
  const has = (source: ScopeSource | undefined): boolean => source?.definition.attributes.some((one) => one.name === name.text) === true;
  const { outputs, preferred } = scope.options;
  if (stream !== undefined) return scope.source(stream) ?? (outputs?.target === stream.prefix + stream.name ? 'output' : undefined);
  if (outputs?.attributes.some((one) => one.name === name.text) === true) return 'output';
  return preferred === undefined ? scope.sources.find(has) : preferred;
}
