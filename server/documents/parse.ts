import { posix } from 'node:path';
import { isMap, isNode, isScalar, LineCounter, parseAllDocuments } from 'yaml';
import type { Document as YamlDocument } from 'yaml';
import { z } from 'zod';
import { findSecret } from '../kernel/plain-secrets.ts';
import { isStorable, storableFault } from '../kernel/wire.ts';
import { documentKindSchema, documentLimits, documentOrder, documentSchema, labelOf, nameOfDocument, ruleDocumentSchema } from './schema.ts';
import type { Document } from './schema.ts';

/** A place in a file; lines count from 1. */
export interface Place {
  file: string;
  line: number;
}

/** A document, where it stands, and where the text of a rule begins. */
export interface PlacedDocument {
  document: Document;
  place: Place;
  textPlace: Place;
}

export interface DocumentFault extends Place {
  message: string;
}

/** What is wrong with documents, each fault with its place; nothing may be done with any of them. */
export class DocumentFaults extends Error {
  override readonly name = 'DocumentFaults';
  readonly faults: readonly DocumentFault[];

  constructor(faults: readonly DocumentFault[]) {
    const shown = faults.slice(0, documentLimits.faultsMax);
    super([...shown.map(({ file, line, message }) => `${file}:${line}: ${message}`), ...(faults.length > shown.length ? [`and ${faults.length - shown.length} more`] : [])].join('\n'));
    this.faults = shown;
  }
}

/** Where documents are read from: a folder on disk, or a commit. */
export interface DocumentFolder {
  /** The YAML files, by paths with `/`. */
  files: readonly string[];
  /** Throws with a sentence that says why when it cannot be read. */
  read(file: string): Promise<string>;
}

/** As people write a rule down: with its text, or the file that holds it. */
const writtenRuleSchema = ruleDocumentSchema.extend({ text: ruleDocumentSchema.shape.text.optional(), file: z.string().min(1).max(1024).optional() }).refine(({ text, file }) => (text === undefined) !== (file === undefined), "it has to have either 'text' or 'file'");
const [, ...otherSchemas] = documentSchema.options;
const writtenSchema = z.discriminatedUnion('kind', [writtenRuleSchema, ...otherSchemas]);
const kindWords = new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(documentKindSchema.options);

/** Reads every document of the folder, in the order in which they can be applied. Throws `DocumentFaults` when anything is wrong with any of them. */
export async function readDocuments(folder: DocumentFolder): Promise<PlacedDocument[]> {
  const faults: DocumentFault[] = [];
  const placed: PlacedDocument[] = [];
  for (const file of folder.files) {
    if (faults.length >= documentLimits.faultsMax) break;
    try {
      for (const one of written(file, await readText(folder, file, { file, line: 1 }))) placed.push(await withText(folder, one));
    } catch (error) {
      if (!(error instanceof DocumentFaults)) throw error;
      faults.push(...error.faults);
    }
  }
  faults.push(...duplicates(placed));
  if (placed.length > documentLimits.documentsMax) faults.push({ file: folder.files[0] ?? '', line: 1, message: `there are ${placed.length} documents; at most ${documentLimits.documentsMax} are taken` });
  if (faults.length > 0) throw new DocumentFaults(faults);
  return placed.sort((left, right) => documentOrder.indexOf(left.document.kind) - documentOrder.indexOf(right.document.kind));
}

interface Written extends Place {
  value: z.infer<typeof writtenSchema>;
  textLine: number;
}

/** The documents of one file as they are written. Throws `DocumentFaults`. */
function written(file: string, text: string): Written[] {
  const lines = new LineCounter();
  const faults: DocumentFault[] = [];
  const found: Written[] = [];
  for (const yaml of composed(file, text, lines)) {
    const [error] = yaml.errors;
    if (error !== undefined) {
      faults.push({ file, line: error.linePos?.[0].line ?? 1, message: faultWords(error.message) });
      continue;
    }
    const value = valueOf(file, yaml);
    if (value === null || value === undefined) continue;
    const parsed = writtenSchema.safeParse(value);
    const secret = findSecret(value);
    if (secret !== null) faults.push({ file, line: lineOf(yaml, lines, secret.path) + (secret.line === 0 ? 0 : secret.line + blockOffset(yaml, secret.path)), message: secret.message });
    else if (parsed.success) found.push({ file, line: lineOf(yaml, lines, []), value: parsed.data, textLine: lineOf(yaml, lines, ['text']) + blockOffset(yaml, ['text']) });
    else faults.push(...parsed.error.issues.map((issue) => faultOf(file, yaml, lines, issue)));
  }
  if (faults.length > 0) throw new DocumentFaults(faults);
  return found;
}

function composed(file: string, text: string, lineCounter: LineCounter): YamlDocument[] {
  try {
    return [...parseAllDocuments(text, { lineCounter })];
  } catch (error) {
    throw new DocumentFaults([{ file, line: 1, message: faultWords(String(error)) }]);
  }
}

/** The parser’s own words without the place that stands before them; it says of a text that exhausts it that its stack is full. */
function faultWords(message: string): string {
  if (message.includes('call stack')) return 'it is nested too deeply';
  return message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? 'this is no YAML';
}

function valueOf(file: string, yaml: YamlDocument): unknown {
  try {
    const value: unknown = yaml.toJS({ maxAliasCount: documentLimits.yamlAliasesMax });
    if (depthOf(value) > documentLimits.depthMax) throw new RangeError();
    return value;
  } catch (error) {
    throw new DocumentFaults([{ file, line: 1, message: error instanceof RangeError ? `it is nested more than ${documentLimits.depthMax} levels deep` : 'it has too many aliases, or one that leads nowhere' }]);
  }
}

function depthOf(value: unknown): number {
  let level: unknown[] = [value];
  let depth = 0;
  for (; level.length > 0 && depth <= documentLimits.depthMax; depth++) level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  return depth;
}

function faultOf(file: string, yaml: YamlDocument, lines: LineCounter, issue: z.core.$ZodIssue): DocumentFault {
  const path = issue.path.filter((part) => typeof part !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    return { file, line: lineOf(yaml, lines, [...path, key]), message: `there is no ‘${key}’ in ${path.length === 0 ? 'a document of this kind' : path.join('.')}` };
  }
  const missing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  const message = missing ? `${path.join('.')} is missing` : issue.code === 'invalid_union' && path[0] === 'kind' ? `kind has to be ${kindWords}` : path.length === 0 ? issue.message : `${path.join('.')}: ${issue.message}`;
  return { file, line: lineOf(yaml, lines, path), message };
}

/** The line of what a path leads to, or of the nearest thing around it that is there. */
function lineOf(yaml: YamlDocument, lines: LineCounter, path: readonly (string | number)[]): number {
  for (let length = path.length; length >= 0; length--) {
    const node = keyNode(yaml, path.slice(0, length)) ?? yaml.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range != null) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

function keyNode(yaml: YamlDocument, path: readonly (string | number)[]): unknown {
  const parent = path.length === 0 ? undefined : yaml.getIn(path.slice(0, -1), true);
  const key = path.at(-1);
  return isMap(parent) ? parent.items.find((pair) => isScalar(pair.key) && pair.key.value === key)?.key : undefined;
}

/** A text after `|` or `>` begins a line below its name. */
function blockOffset(yaml: YamlDocument, path: readonly (string | number)[]): number {
  const node = yaml.getIn(path, true);
  return isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED') ? 1 : 0;
}

async function withText(folder: DocumentFolder, { value, file, line, textLine }: Written): Promise<PlacedDocument> {
  const place = { file, line };
  if (value.kind !== 'Rule') return { document: value, place, textPlace: place };
  const { file: from, text, ...rest } = value;
  if (from === undefined) return { document: { ...rest, text: text ?? '' }, place, textPlace: { file, line: textLine } };
  const source = posix.normalize(posix.join(posix.dirname(file), from));
  const parsed = ruleDocumentSchema.safeParse({ ...rest, text: await readText(folder, source, place) });
  if (!parsed.success) throw new DocumentFaults(parsed.error.issues.map(({ message }) => ({ file: source, line: 1, message })));
  const secret = findSecret(parsed.data.text);
  if (secret !== null) throw new DocumentFaults([{ file: source, line: secret.line + 1, message: secret.message }]);
  return { document: parsed.data, place, textPlace: { file: source, line: 1 } };
}

async function readText(folder: DocumentFolder, file: string, place: Place): Promise<string> {
  let text: string;
  try {
    text = await folder.read(file);
  } catch (error) {
    throw new DocumentFaults([{ ...place, message: error instanceof Error ? error.message : `${file} cannot be read` }]);
  }
  if (!isStorable(text)) throw new DocumentFaults([{ file, line: 1, message: storableFault }]);
  return text;
}

function duplicates(placed: readonly PlacedDocument[]): DocumentFault[] {
  const seen = new Map<string, Place>();
  return placed.flatMap(({ document, place }) => {
    const label = labelOf({ kind: document.kind, name: nameOfDocument(document) });
    const first = seen.get(label);
    if (first === undefined) seen.set(label, place);
    return first === undefined ? [] : [{ ...place, message: `${label} stands in ${first.file}:${first.line} already` }];
  });
}
