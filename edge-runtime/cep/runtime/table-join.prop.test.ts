import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compile, Engine, type Row } from '../index.ts';

/** A few keys of each type, among them what equals nothing, what is in no slot of the index, and a zero of either sign. */
const KEYS: Readonly<Record<string, readonly unknown[]>> = {
  string: ['a', 'b', 'ab', '', 'a text of some length', 'another text of some length', '\u65e5\u672c', null],
  int: [0, 1, 2, -1, null],
  long: [0, 1, 2 ** 40, -(2 ** 52), null],
  double: [0, -0, 0.5, 1, 1e300, Number.NaN, Number.POSITIVE_INFINITY, null],
  bool: [true, false, null],
};

function app(type: string, annotation: string): string {
  return `define stream Put (k ${type}, n int, x double, s string); define stream Drop (k ${type}); define stream Ask (k ${type}, n int);
    ${annotation} define table T (k ${type}, n int, x double, s string);
    from Put select k, n, x, s update or insert into T on T.k == k;
    from Drop delete T on T.k == k and T.n < 5;
    @info(name = 'plain') from Ask join T on Ask.k == T.k select Ask.k as asked, T.k as k, T.n as n, T.x as x, T.n + Ask.n as sum insert into O;
    @info(name = 'tested') from T join Ask[n > 2] on Ask.n > T.n and T.k == Ask.k and T.s != 'c' select T.s as s, T.n as n having n > 0 insert into P;`;
}

const changes = fc.array(fc.record({ what: fc.constantFrom('Put', 'Put', 'Drop', 'Ask', 'Ask', 'Ask'), key: fc.nat(), n: fc.option(fc.integer({ min: 0, max: 9 })), x: fc.option(fc.constantFrom(0, -0, 1.5, Number.NaN)), s: fc.constantFrom('c', 'd', null) }), { minLength: 1, maxLength: 60 });

/** What comes out, with another engine in the middle that is restored from the first. */
function outcome(text: string, sent: readonly { stream: string; row: Row }[], { heard, chunked }: { heard: boolean; chunked: boolean }): Record<'O' | 'P', Row[]> {
  const rows: Record<'O' | 'P', Row[]> = { O: [], P: [] };
  const engineOf = (): Engine => {
    const engine = new Engine(compile(text), { start: 0 });
    for (const stream of ['O', 'P'] as const) engine.onEvent(stream, (_, row) => rows[stream].push(row));
    if (heard) for (const query of ['plain', 'tested']) engine.onQuery(query, () => undefined);
    return engine;
  };
  let engine = engineOf();
  let asked: Row[] = [];
  sent.forEach(({ stream, row }, index) => {
    if (index === Math.floor(sent.length / 2)) {
      const next = engineOf();
      next.restore(engine.snapshot());
      engine = next;
    }
    if (!chunked || stream !== 'Ask') engine.send(stream, index, row);
    else {
      asked.push(row);
      if (sent[index + 1]?.stream === 'Ask') return;
      engine.sendChunk(stream, asked.map(() => index), asked);
      asked = [];
    }
  });
  return rows;
}

test.each(Object.entries(KEYS))('a join by a key that is a %s finds what it finds by looking at each row', (type, keys) => {
  fc.assert(
    fc.property(changes, fc.boolean(), (all, chunked) => {
      const sent = all.map(({ what, key, n, x, s }) => {
        const value = keys[key % keys.length];
        return { stream: what, row: what === 'Put' ? [value, n, x, s] : what === 'Ask' ? [value, n] : [value] };
      });
      const each = outcome(app(type, ''), sent, { heard: true, chunked: false });
      expect(outcome(app(type, "@primaryKey('k')"), sent, { heard: false, chunked })).toEqual(each);
      expect(outcome(app(type, "@primaryKey('k')"), sent, { heard: true, chunked: false })).toEqual(each);
      expect(outcome(app(type, "@index('k')"), sent, { heard: false, chunked: false })).toEqual(each);
    }),
    { numRuns: 60 },
  );
});
