import type { AttributeType } from '../api.ts';
import type { App } from '../language/syntax.ts';
import { quoted, type TextEdit } from './rename.ts';

/** What a stream is to be defined with. */
export interface WantedAttribute {
  name: string;
  type: AttributeType;
}

/**
 * The edit after which the text defines the stream with these attributes: in place of those that it has, or as a new definition after
 * what is said of the whole app. Annotations of the stream, and queries that use it, stay as they are.
 */
export function definingEdit(text: string, app: App, stream: string, attributes: readonly WantedAttribute[]): TextEdit {
  const list = `(${attributes.map(({ name, type }) => `${quoted(name)} ${type}`).join(', ')})`;
  const known = app.definitions.find((one) => one.kind === 'stream' && one.name.text === stream);
  const closed = known === undefined ? -1 : text.indexOf(')', known.name.to);
  if (known !== undefined && closed >= 0) return { from: known.name.to, to: closed + 1, insert: ` ${list}` };
  const from = afterApp(text);
  return { from, to: from, insert: `${from > 0 && text[from - 1] !== '\n' ? '\n' : ''}define stream ${quoted(stream)} ${list};\n\n` };
}

/** Behind the last line that annotates the whole app; 0 where there is none. */
function afterApp(text: string): number {
  const last = [...text.matchAll(/^[ \t]*@app:.*(?:\n|$)/gim)].at(-1);
  return last === undefined ? 0 : last.index + last[0].length;
}
