import { expect, test } from 'vitest';
import { compile, Engine } from '../index.ts';

/** More than the arguments that one call can have. */
const MANY = 200_000;

const whole: [what: string, text: string, rows: number][] = [
  ['a session that ends', 'from S#window.session(10 sec) select k insert expired events into O;', MANY],
  ['a batch by count', `from S#window.lengthBatch(${MANY}) select k insert into O;`, MANY],
  ['events held by a rate', `from S select k output every ${MANY} events insert into O;`, MANY],
  ['the last event of each of many groups', `from S select k group by k output last every ${MANY} events insert into O;`, MANY],
  ['matches that one event ends', 'from every a=S -> b=T select a.k as k insert into O;', MANY],
  ['what is ordered at the end of a batch', `from S#window.lengthBatch(${MANY}) select k order by k desc insert into O;`, MANY],
];

test.each(whole)('%s is put out whole, however many events it has', (_what, text, rows) => {
  const engine = new Engine(compile(`define stream S (k long); define stream T (k long); ${text}`));
  let out = 0;
  engine.onStream('O', (batch) => void (out += batch.rows.length));
  engine.onFault(({ reason }) => expect.unreachable(reason));
  for (let index = 0; index < MANY; index++) engine.send('S', 1000 + Math.floor(index / 100), [index]);
  engine.send('T', 5000, [0]);
  engine.advance(60_000);
  expect(out).toBe(rows);
});
