import { describe, expect, it } from 'vitest';
import { analyze } from '../index.ts';
import { errorsOf, type Sent } from '../testing/run-app.ts';
import { specify } from '../testing/specify.ts';

const STREAMS = 'define stream A (k string, v int); define stream B (k string, v int); define stream C (k string, v int);';
const a = (time: number, v: number, k = 'x'): Sent => ['A', time, k, v];
const b = (time: number, v: number, k = 'x'): Sent => ['B', time, k, v];
const c = (time: number, v: number, k = 'x'): Sent => ['C', time, k, v];
const X = 'select a.v as x insert into O;';

describe('not … for a time, last', () => {
  specify(STREAMS, [
    ['holds when the time is over', `from a=A -> not B for 10 milliseconds ${X}`, [a(1, 1), { advance: 20 }], [[1]]],
    ['holds at that time and not before', `from a=A -> not B for 10 milliseconds ${X}`, [a(1, 1), { advance: 10 }], []],
    ['is broken by the event', `from a=A -> not B for 10 milliseconds ${X}`, [a(1, 1), b(5, 10), { advance: 20 }], []],
    ['is not broken by another', `from a=A -> not B[k == a.k] for 10 milliseconds ${X}`, [a(1, 1), b(5, 10, 'y'), { advance: 20 }], [[1]]],
    ['with every waits after each event', `from every a=A -> not B[v > a.v] for 10 milliseconds ${X}`, [a(1, 1), a(2, 5), b(3, 3), { advance: 30 }], [[5]]],
  ]);
});

describe('not … for a time, in the middle', () => {
  specify(STREAMS, [
    ['lets the next step begin when the time is over', 'from a=A -> not B for 10 milliseconds -> c=C select a.v as x, c.v as z insert into O;', [a(1, 1), c(5, 4), c(15, 5)], [[1, 5]]],
    ['is broken before', 'from a=A -> not B for 10 milliseconds -> c=C select a.v as x, c.v as z insert into O;', [a(1, 1), b(5, 10), c(15, 5)], []],
  ]);
});

describe('what an absence names', () => {
  specify('define stream A (k string); define stream B (v int); define stream C (n int);', [
    ['is missing', 'from a=A -> not B for 10 milliseconds select a.k as k, B.v as v, v as w insert into O;', [['A', 1, 'x'], { advance: 20 }], [['x', null, null]]],
    ['stands in *, in the order of the steps', 'from not B for 10 milliseconds -> a=A select * insert into O;', [['A', 1, 'x'], ['A', 15, 'y']], [[null, 'y']]],
    ['stands in * behind the other side of and', 'from not B and a=A select * insert into O;', [['A', 1, 'x']], [['x', null]]],
    ['is all there is in * of an absence alone', 'from every not B for 10 milliseconds select * insert into O;', [['A', 1, 'x'], { advance: 12 }], [[null]]],
  ]);
});

describe('not … for a time, first', () => {
  specify(STREAMS, [
    ['counts from the start of the app', 'from not B for 10 milliseconds -> c=C select c.v as z insert into O;', [c(5, 4), c(15, 5)], [[5]]],
    ['begins to count anew with each event that breaks it', 'from not B for 10 milliseconds -> c=C select c.v as z insert into O;', [b(5, 1), c(12, 4), c(16, 5)], [[5]]],
  ]);
});

describe('not … and', () => {
  specify(STREAMS, [
    ['takes the event while the other has not come', 'from a=A -> not B and c=C select a.v as x, c.v as z insert into O;', [a(1, 1), c(2, 5)], [[1, 5]]],
    ['is broken by the other', 'from a=A -> not B and c=C select a.v as x, c.v as z insert into O;', [a(1, 1), b(2, 10), c(3, 5)], []],
    ['for a time: the event, and the other not for so long', 'from a=A -> not B for 10 milliseconds and c=C select a.v as x, c.v as z insert into O;', [a(1, 1), c(2, 5), { advance: 20 }], [[1, 5]]],
    ['two absences: neither for so long', `from a=A -> not B for 10 milliseconds and not C for 5 milliseconds ${X}`, [a(1, 1), { advance: 20 }], [[1]]],
    ['two absences are broken by the one or the other', `from a=A -> not B for 10 milliseconds and not C for 5 milliseconds ${X}`, [a(1, 1), c(3, 1), { advance: 20 }], []],
  ]);
});

describe('not … or', () => {
  specify(STREAMS, [
    ['the event, or the other not for a time', 'from a=A -> not B for 10 milliseconds or c=C select a.v as x, c.v as z insert into O;', [a(1, 1), c(2, 5)], [[1, 5]]],
    ['holds by the time alone', 'from a=A -> not B for 10 milliseconds or c=C select a.v as x, c.v as z insert into O;', [a(1, 1), { advance: 20 }], [[1, null]]],
    [
      'hands a match on twice, by the time and by the event, and it ends once',
      'from every (not B for 5 milliseconds or a=A -> x=A and y=C) -> z=C select a.v as a, x.v as x, y.v as y, z.v as z insert into O;',
      [a(1, 2), a(4, 1), c(25, 7), c(44, 1), a(44, 1), c(44, 2)],
      [[2, 1, 7, 1], [null, 1, 1, 2]],
    ],
  ]);
});

describe('not … in a sequence', () => {
  specify(STREAMS, [
    ['holds when the time is over', `from every a=A, not B for 10 milliseconds ${X}`, [a(1, 1), { advance: 20 }], [[1]]],
    ['is broken by the event', `from every a=A, not B for 10 milliseconds ${X}`, [a(1, 1), b(5, 10), { advance: 20 }], []],
  ]);
});

describe('what is wrong with an absence', () => {
  it.each([
    ['from a=A -> not B select a.v as x insert into O;', ["2:13 'not B' needs 'for' and a time, or 'and' and an event."]],
    ['from a=A -> not B or c=C select a.v as x insert into O;', ["2:13 'not B' needs 'for' and a time, or 'and' and an event."]],
    ['from a=A -> not B for 1 sec and not C select a.v as x insert into O;', ["2:33 'not C' needs 'for' and a time, or 'and' and an event."]],
    ['from a=A -> not X for 1 sec select a.v as x insert into O;', ["2:17 There is no stream 'X'."]],
    ['from a=A -> not b=B for 1 sec select a.v as y insert into O;', ["2:13 'not b' needs 'for' and a time, or 'and' and an event."]],
    ['from a=A -> not B for 1 sec select v as y insert into O;', ["2:36 'v' is an attribute of 'a' and 'B'."]],
    ['from a=A -> not B for 1 sec select * insert into O;', ["2:29 'select *' would put out 'k' twice.", "2:29 'select *' would put out 'v' twice."]],
    ["from a=A -> not B for '1 sec' select a.v as x insert into O;", ["2:23 Found the string '1 sec', expected a time without quotation marks, such as 5 sec."]],
    ['from a=A -> not B for sec select a.v as x insert into O;', ["2:23 Found 'sec', expected a time such as '5 sec'."]],
  ])('%s', (text, errors) => {
    expect(errorsOf(analyze(`${STREAMS}\n${text}`))).toEqual(errors);
  });
});
