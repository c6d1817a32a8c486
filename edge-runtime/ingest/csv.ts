import type { Attribute } from '../cep/index.ts';
import type { DecodedEvents } from './decoder.ts';
import { parseTime } from './decoder.ts';

/** How a line of separated values becomes a row. */
export interface CsvMapping {
  attributes: readonly Attribute[];
  delimiter: string;
  /** Attribute to column name; without it a column is named like its attribute. */
  columns: Readonly<Record<string, string>> | undefined;
  /** Column with the event's own time. */
  timestamp: string | undefined;
}

/** Reads lines one by one once it knows the columns. */
export interface CsvReader {
  read(line: string, position: number, time: number, into: DecodedEvents): void;
}

/** `header` names the columns in order; null when the file has none and columns are the attributes themselves. */
export function csvReader(mapping: CsvMapping, header: string | null): CsvReader | { missing: string } {
  const names = header === null ? mapping.attributes.map((attribute) => attribute.name) : splitLine(header, mapping.delimiter);
  const places = mapping.attributes.map((attribute) => names.indexOf(mapping.columns?.[attribute.name] ?? attribute.name));
  const absent = mapping.attributes.find((attribute, index) => places[index] === -1 && (mapping.columns === undefined || attribute.name in mapping.columns));
  if (absent !== undefined) return { missing: mapping.columns?.[absent.name] ?? absent.name };
  const timePlace = mapping.timestamp === undefined ? undefined : names.indexOf(mapping.timestamp);
  if (timePlace === -1) return { missing: mapping.timestamp ?? '' };

  return {
    read(line, position, time, into) {
      const refuse = (reason: string): void => void into.refused.push({ position, index: 0, reason, raw: line.slice(0, 2048) });
      const fields = splitLine(line, mapping.delimiter);
      const row: unknown[] = [];
      for (const [index, attribute] of mapping.attributes.entries()) {
        const text = fields[places[index] ?? -1] ?? '';
        const value = convert(text, attribute);
        if (value === undefined) return refuse(`${attribute.name} is '${text.slice(0, 100)}', expected ${attribute.type}`);
        row.push(value);
      }
      const at = timePlace === undefined ? time : parseTime(timeText(fields[timePlace] ?? ''));
      if (at === undefined) return refuse(`no time in column ${mapping.timestamp}`);
      into.times.push(at);
      into.rows.push(row);
    },
  };
}

/** Splits at the delimiter outside double quotes; a doubled quote inside quotes is one. */
export function splitLine(line: string, delimiter: string): string[] {
  if (!line.includes('"')) return line.split(delimiter);
  const fields: string[] = [];
  let field = '';
  let isQuoted = false;
  for (let at = 0; at < line.length; at += 1) {
    const character = line[at] ?? '';
    if (character === '"') {
      if (isQuoted && line[at + 1] === '"') {
        field += '"';
        at += 1;
      } else isQuoted = !isQuoted;
    } else if (character === delimiter && !isQuoted) {
      fields.push(field);
      field = '';
    } else field += character;
  }
  fields.push(field);
  return fields;
}

/** A date and time without a zone is taken as UTC, so that a recording means the same on every machine. */
function timeText(text: string): unknown {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  return /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(text) ? `${text.replace(' ', 'T')}Z` : text;
}

/** undefined where the text is no such value; empty is null. */
function convert(text: string, attribute: Attribute): unknown {
  if (text === '') return null;
  switch (attribute.type) {
    case 'string':
      return text;
    case 'bool':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'object':
      return undefined;
    case 'long':
      return longOf(text);
    case 'int': {
      const value = Number(text);
      return Number.isInteger(value) && Math.abs(value) <= 2147483647 ? value : undefined;
    }
    case 'float':
    case 'double': {
      const value = Number(text);
      if (Number.isNaN(value)) return undefined;
      return attribute.type === 'float' ? Math.fround(value) : value;
    }
  }
}

function longOf(text: string): number | bigint | undefined {
  if (!/^[+-]?\d{1,19}$/.test(text)) return undefined;
  const value = BigInt(text);
  if (BigInt.asIntN(64, value) !== value) return undefined;
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}
