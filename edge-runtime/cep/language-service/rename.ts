import { analyze } from '../analyze.ts';
import type { Environment } from '../api.ts';
import { attributeSymbol, type Occurrence, type Symbols } from './symbols.ts';

/** A piece of a text and what it becomes. */
export interface TextEdit {
  from: number;
  to: number;
  insert: string;
}

export type RenameResult = { edits: TextEdit[]; note?: string } | { refused: string };

const RESERVED = new Set(['from', 'select', 'insert', 'into', 'define', 'as', 'not', 'and', 'or', 'every', 'within', 'on', 'having', 'group', 'order', 'output', 'return', 'delete', 'update', 'join', 'is', 'in', 'true', 'false', 'for', 'limit', 'offset', 'within', 'per', 'set', 'of']);

/** Every occurrence that stands for the same thing as `symbol`, in the order of the text. */
export function occurrencesOf({ occurrences, same }: Symbols, symbol: string): Occurrence[] {
  return occurrences.filter((one) => same(one.symbol, symbol) || (one.putsOut !== undefined && same(one.putsOut, symbol)));
}

/** What `at` names; of a selected attribute the one that is read, not the one that is put out. */
export function occurrenceAt({ occurrences }: Symbols, offset: number): Occurrence | undefined {
  return occurrences.find((one) => one.from <= offset && offset <= one.to);
}

/**
 * The edits that give what stands at `offset` another name everywhere and change nothing else: where an attribute is put
 * out under the name that it was read by, it keeps the one of the two that was not renamed, with `as`. Refused where the
 * text has errors, since then not every place is known, and where the new name would clash or change what the text means.
 */
export function rename(text: string, symbols: Symbols, offset: number, name: string, environment: Environment): RenameResult {
  const at = occurrenceAt(symbols, offset);
  if (at === undefined) return { refused: 'There is nothing here that has a name of its own.' };
  if (at.kind === 'model') return { refused: 'A model is named where it is published.' };
  if (at.symbol.startsWith('added ')) return { refused: 'What a model or a stream function adds is named by it; give it another name with ‘as’.' };
  if (name === '' || /[`\n\r]/.test(name)) return { refused: 'A name has at least one character, and no back quote in it.' };
  const before = analyze(text, environment);
  if (!before.ok) return { refused: 'The text has errors; not every place is known until they are mended.' };
  const edits = occurrencesOf(symbols, at.symbol).flatMap((one) => editOf(text, symbols, one, at.symbol, name));
  const after = analyze(applyEdits(text, edits), environment);
  const [problem] = after.diagnostics.filter((one) => one.severity === 'error');
  if (problem !== undefined) return { refused: `It would not type-check as ‘${name}’: ${problem.message}` };
  const note = noteFor(at, before.sources.concat(before.sinks).map((one) => one.stream));
  return { edits, ...(note === undefined ? {} : { note }) };
}

function editOf(text: string, { same }: Symbols, one: Occurrence, symbol: string, name: string): TextEdit[] {
  const { from, to } = one;
  const old = text.slice(from, to);
  const written = one.inString ? name : quoted(name);
  const read = same(one.symbol, symbol);
  const put = one.putsOut !== undefined && same(one.putsOut, symbol);
  if (one.putsOut === undefined || (read && put)) return [{ from, to, insert: written }];
  return read ? [{ from, to, insert: `${written} as ${old}` }] : [{ from: to, to, insert: ` as ${written}` }];
}

/** A name as it is written in a text: in back quotes where it could be read as something else. */
export function quoted(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) && !RESERVED.has(name.toLowerCase()) ? name : `\`${name}\``;
}

/** Edits are in the order of the text and do not touch each other. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let result = '';
  let at = 0;
  for (const { from, to, insert } of edits) {
    result += text.slice(at, from) + insert;
    at = to;
  }
  return result + text.slice(at);
}

/** Connectors map by name, so the world outside sees a renamed attribute. */
function noteFor(at: Occurrence, connected: readonly string[]): string | undefined {
  if (at.kind !== 'attribute') return undefined;
  const stream = connected.find((one) => at.symbol.startsWith(attributeSymbol(one, '')));
  return stream === undefined ? undefined : `What comes in and goes out through ‘${stream}’ is mapped by name: outside, the name changes too.`;
}
