import type { AttributeType, Environment } from '../api.ts';
import type { Token } from '../language/tokens.ts';
import type { CallDocumentation } from './call-documentation.ts';
import { documentationOf } from './documentation.ts';
import { fittingAt, type Fitting } from './fitting.ts';
import { callNames, isAggregator } from './known-calls.ts';
import { keywordsAt, placeAt, type Place } from './place.ts';
import type { Study } from './observed.ts';
import { statementAt, type Statement } from './statement.ts';
import { commentAt, type TextMap } from './text-map.ts';

export interface CompletionItem {
  label: string;
  kind: 'attribute' | 'stream' | 'event' | 'function' | 'aggregator' | 'window' | 'stream-function' | 'keyword' | 'type' | 'model' | 'annotation';
  /** What is put into the text when it is not the label. */
  insert?: string;
  /** Beside the label: a type, the parameters. */
  detail?: string;
  /** A sentence on what it is. */
  means?: string;
  /** Higher comes first: 2 type-checks as the text stands, 1 can be made to, 0 is there. */
  rank: number;
}

export interface Completion {
  /** What the items replace. */
  from: number;
  to: number;
  items: CompletionItem[];
}

/** Model references that may be offered; `Environment` can only be asked about one. */
export interface Offers {
  models?: readonly string[];
}

/** What may stand at a place: by the grammar, the names in scope there, and their types. */
export function complete(map: TextMap, known: Study, offset: number, environment: Environment, offers: Offers = {}): Completion | undefined {
  if (commentAt(map, offset) !== undefined) return undefined;
  const written = map.tokens.find((one) => one.from < offset && offset <= one.to && one.kind !== 'mark');
  const inModel = written?.kind === 'string' ? modelString(map, written) : undefined;
  if (inModel !== undefined) return { ...inModel, items: modelItems(offers.models ?? [], environment) };
  if (written !== undefined && written.kind !== 'name') return undefined;
  const from = namespaceBefore(map, written?.from ?? offset) ?? written?.from ?? offset;
  const to = written?.to ?? offset;
  const statement = statementAt(map, from);
  const place = placeAt(statement.before);
  const items = itemsAt(place, map, known, statement, { from, to }, environment);
  return items.length === 0 ? undefined : { from, to, items };
}

/** Where `math` of `math:abs` begins, when one is behind its colon; annotations such as `@app:name` have a colon, too. */
function namespaceBefore({ tokens }: TextMap, from: number): number | undefined {
  const colon = tokens.findIndex((one) => one.to === from && one.kind === 'mark' && one.text === ':');
  const name = tokens[colon - 1];
  return colon < 1 || name?.kind !== 'name' || name.to !== tokens[colon]?.from || tokens[colon - 2]?.text === '@' ? undefined : name.from;
}

/** Inside the quotes of a string that names a model. */
function modelString({ tokens, text }: TextMap, string: Token): { from: number; to: number } | undefined {
  const index = tokens.indexOf(string);
  const [namespace, mark, name, bracket] = tokens.slice(Math.max(0, index - 4), index);
  if (namespace?.word !== 'model' || mark?.text !== ':' || name?.word !== 'predict' || bracket?.text !== '(') return undefined;
  const closed = text[string.to - 1] === text[string.from] && string.to - string.from > 1;
  return { from: string.from + 1, to: closed ? string.to - 1 : string.to };
}

function modelItems(models: readonly string[], environment: Environment): CompletionItem[] {
  return models.map((label) => {
    const signature = environment.model?.(label);
    const list = (all: readonly { name: string; type: string }[]): string => all.map((one) => `${one.name} ${one.type}`).join(', ');
    const means = signature === undefined || 'missing' in signature ? undefined : `Takes ${list(signature.inputs)}; adds ${list(signature.outputs)}.`;
    return { label, kind: 'model', rank: 2, ...(means === undefined ? {} : { means }) };
  });
}

function itemsAt(place: Place, map: TextMap, known: Study, statement: Statement, at: { from: number; to: number }, environment: Environment): CompletionItem[] {
  switch (place.kind) {
    case 'keywords':
      return keywordItems(place, statement.inPartition);
    case 'annotation':
      return ['info', 'source', 'sink', 'map', 'attributes', 'payload', 'primaryKey', 'index', 'detection', 'app:name', 'async', 'OnError', 'eventTime', 'limit', 'purge'].map((label) => ({ label, kind: 'annotation', rank: 1 }));
    case 'type':
      return ['int', 'long', 'float', 'double', 'bool', 'string', 'object'].map((label) => ({ label, kind: 'type', rank: 1 }));
    case 'source':
    case 'target':
      return [...streamItems(known, place.kind === 'target'), ...keywordItems(place, statement.inPartition)];
    case 'window':
      return callItems('window', undefined);
    case 'handler':
      return [{ label: 'window', insert: 'window.', kind: 'keyword', rank: 2 }, ...callItems('stream-function', undefined)];
    case 'operand':
      return [...operandItems(map.text, known, statement, at, environment), ...(statement.before.at(-1)?.text === '.' ? [] : keywordItems(place, statement.inPartition))];
    case 'output':
      return outputItems(map, known, statement, at.to);
    case 'nothing':
      return [];
  }
}

function keywordItems(place: Place, inPartition: boolean): CompletionItem[] {
  return keywordsAt(place, inPartition).map((label) => ({ label, kind: 'keyword', rank: 0 }));
}

function streamItems({ plan }: Study, target: boolean): CompletionItem[] {
  return plan.streams
    .filter((one) => !one.name.startsWith('__') && !(target && one.kind === 'trigger'))
    .map(({ name, kind, attributes }) => ({ label: name, kind: 'stream', detail: kind, means: attributes.map((one) => `${one.name} ${one.type}`).join(', '), rank: 2 }));
}

function callItems(role: 'window' | 'stream-function' | 'function', fitting: Fitting | undefined): CompletionItem[] {
  const aggregates = fitting?.scope.options.aggregates !== undefined;
  return callNames(role).flatMap(({ name, form }): CompletionItem[] => {
    const documentation = documentationOf(name, role);
    const aggregator = role === 'function' && isAggregator(name);
    if (aggregator && !aggregates) return [];
    if (fitting !== undefined && !mayGive(documentation, fitting.possible)) return [];
    const written = documentation?.form ?? form;
    const detail = written.startsWith(name) ? written.slice(name.length) : written;
    return [{ label: name, kind: aggregator ? 'aggregator' : role, detail, rank: aggregator ? 1 : 0, ...(documentation === undefined ? {} : { means: documentation.means }) }];
  });
}

/** A function whose type depends on its arguments may give anything; one that names its type gives that. */
function mayGive(documentation: CallDocumentation | undefined, possible: ReadonlySet<AttributeType>): boolean {
  const returns = documentation?.returns;
  if (returns === undefined || returns === 'same' || returns === 'named') return true;
  return returns === 'wider' ? possible.has('long') || possible.has('double') : possible.has(returns);
}

function operandItems(text: string, known: Study, statement: Statement, { from, to }: { from: number; to: number }, environment: Environment): CompletionItem[] {
  const fitting = fittingAt(text, statement, from, to, environment);
  if (fitting === undefined) return [...unscoped(known), ...callItems('function', undefined)];
  const { before } = statement;
  const member = before.at(-1)?.text === '.' ? ownerBefore(before) : undefined;
  const { sources, options } = fitting.scope;
  const items: CompletionItem[] = [];
  const add = (name: string, type: AttributeType, of: string, insert = name): void => {
    if (!fitting.possible.has(type) || name.startsWith('__') || items.some((one) => one.label === insert)) return;
    items.push({ label: insert, kind: 'attribute', detail: type, means: `Attribute of ${of}.`, rank: fitting.accepted.has(type) ? 2 : 1 });
  };
  if (member !== undefined) {
    const owners = sources.filter((one) => one.names.includes(member)).map((one) => one.definition);
    // A table comes into scope by an `in` that may not be written yet.
    for (const owner of owners.length > 0 ? owners : known.plan.streams.filter((one) => one.name === member)) for (const { name, type } of owner.attributes) add(name, type, member);
    return items;
  }
  for (const { name, type } of options.outputs?.attributes ?? []) add(name, type, 'what is put out');
  for (const source of sources) {
    for (const { name, type } of source.definition.attributes) {
      const first = [options.preferred, ...sources].find((one) => one?.definition.attributes.some((other) => other.name === name));
      const plain = source === first && 'access' in fitting.scope.resolve(undefined, name);
      add(name, type, source.names[0] ?? '', plain ? name : `${source.names[0] ?? ''}.${name}`);
    }
    for (const name of source.names) items.push({ label: name, kind: 'event', detail: source.definition.name, rank: 0 });
  }
  return [...items, ...callItems('function', fitting)];
}

/** `e1` of `e1.` and `e1[0].`, with the mark of an inner stream. */
function ownerBefore(tokens: readonly Token[]): string | undefined {
  let index = tokens.length - 2;
  if (tokens[index]?.text === ']') while (index > 0 && tokens[index + 1]?.text !== '[') index--;
  const name = tokens[index];
  const mark = tokens[index - 1]?.text;
  return name === undefined ? undefined : (mark === '#' || mark === '!' ? mark : '') + name.text;
}

/** What a value may be called: the attributes of what the query puts out into come first, where that is written already. */
function outputItems({ tokens }: TextMap, known: Study, { to: end }: Statement, to: number): CompletionItem[] {
  const ahead = tokens.filter((one) => one.from >= to && one.from < end);
  const into = ahead.findLastIndex((one, index) => one.word === 'into' || (one.word === 'update' && ahead[index + 1]?.word !== 'or'));
  const target = known.plan.streams.find((one) => one.name === ahead[into + 1]?.text);
  const first: CompletionItem[] = into === -1 || target === undefined ? [] : target.attributes.map(({ name, type }) => ({ label: name, kind: 'attribute', detail: type, means: `Attribute of ${target.name}.`, rank: 2 }));
  return [...first, ...unscoped(known).filter(({ label }) => !first.some((one) => one.label === label))];
}

/** The attributes of every stream, where nothing says which of them is meant. */
function unscoped({ plan }: Study): CompletionItem[] {
  const items = new Map<string, CompletionItem>();
  for (const { name: stream, attributes } of plan.streams) for (const { name, type } of attributes) if (!items.has(name)) items.set(name, { label: name, kind: 'attribute', detail: type, means: `Attribute of ${stream}.`, rank: 0 });
  return [...items.values()];
}

