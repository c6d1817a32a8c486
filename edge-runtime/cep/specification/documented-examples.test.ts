import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { compile, Engine, type Environment, type Row, type ScriptLanguage } from '../index.ts';
import { javaScript } from '../script/quickjs.ts';

const read = (page: string): string => readFileSync(new URL(`../../../docs/${page}`, import.meta.url), 'utf8');
const examplesOf = (page: string): string[] => [...page.matchAll(/```siddhiql\n([\s\S]*?)```/g)].map((found) => found[1] ?? '');

const COMING = read('siddhiql-coming-from.md');
const EXAMPLES = [...examplesOf(read('siddhiql.md')), ...examplesOf(COMING)];

/**
 * What an example says of itself, in comments: `-- > Stream time [row]` sends an event, `-- < Stream [row]` is a row that
 * the stream brings in all, `-- ? question` asks, and `-- = [row]` is a row of its answer.
 */
function run(text: string, environment: Environment): { said: unknown[]; heard: unknown[] } {
  const engine = new Engine(compile(text, environment));
  const lines = text.split('\n').map((line) => /^-- ([<>?=]) (.*)$/.exec(line)).filter((one) => one !== null);
  const streams = new Map<string, Row[]>();
  for (const [, mark, rest = ''] of lines) if (mark === '<') streams.set(rest.split(' ')[0] ?? '', []);
  for (const [name, rows] of streams) engine.onStream(name, (batch) => rows.push(...batch.rows));
  const said: unknown[] = [];
  const answers: unknown[] = [];
  for (const [, mark, rest = ''] of lines) {
    const [stream = '', time = ''] = rest.split(' ');
    if (mark === '>') engine.send(stream, Number(time), JSON.parse(rest.slice(stream.length + time.length + 2)));
    else if (mark === '?') answers.push(...engine.query(rest).rows);
    else if (mark === '=') said.push(JSON.parse(rest));
  }
  for (const name of streams.keys()) {
    said.push(...lines.filter(([, mark, rest = '']) => mark === '<' && rest.startsWith(`${name} `)).map(([, , rest = '']): unknown => JSON.parse(rest.slice(name.length + 1))));
    answers.push(...(streams.get(name) ?? []));
  }
  return { said, heard: answers };
}

describe('the examples of the pages on the language', () => {
  let javascript: ScriptLanguage;
  beforeAll(async () => {
    javascript = await javaScript();
  });

  it('are there', () => {
    expect(EXAMPLES.length).toBeGreaterThanOrEqual(5);
  });

  it.each(EXAMPLES)('%s', (text) => {
    const inputs = ['pressure', 'flow'].map((name) => ({ name, type: 'float' as const }));
    const { said, heard } = run(text, { javascript, model: () => ({ inputs, outputs: [{ name: 'score', type: 'float' }] }) });
    expect(heard).toEqual(said);
  });
});

describe('what docs/siddhiql-coming-from.md says to write', () => {
  const [definitions = ''] = examplesOf(COMING);
  const rows = COMING.split('\n').filter((line) => line.startsWith('| ')).map((line) => line.split(' | ').at(-1) ?? '');
  const queries = rows.flatMap((cell) => [...cell.matchAll(/`((?:from|partition|define|@)[^`]* [^`]*)`/g)].map((found) => found[1] ?? ''));

  it('is most of it', () => {
    expect(queries.length).toBeGreaterThan(50);
  });

  it.each(queries)('%s', (query) => {
    expect(() => compile(`${definitions} ${query};`)).not.toThrow();
  });
});
