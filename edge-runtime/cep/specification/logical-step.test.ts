import { describe, expect, it } from 'vitest';
import { analyze } from '../index.ts';
import { errorsOf, type Sent } from '../testing/run-app.ts';
import { specify } from '../testing/specify.ts';

const STREAMS = 'define stream A (k string, v int); define stream B (k string, v int); define stream C (k string, v int);';
const a = (time: number, v: number): Sent => ['A', time, 'x', v];
const b = (time: number, v: number): Sent => ['B', time, 'x', v];
const c = (time: number, v: number): Sent => ['C', time, 'x', v];
const ALL = 'select a.v as x, b.v as y, c.v as z insert into O;';

describe('and', () => {
  specify(STREAMS, [
    ['waits for both, in any order', `from a=A and b=B -> c=C ${ALL}`, [b(1, 10), a(2, 1), c(3, 5)], [[1, 10, 5]]],
    ['keeps the first event of each', `from a=A and b=B -> c=C ${ALL}`, [a(1, 1), a(2, 2), b(3, 10), c(4, 5)], [[1, 10, 5]]],
    ['as the last step ends with the later one', `from c=C -> a=A and b=B ${ALL}`, [a(1, 0), c(2, 5), b(3, 10), a(4, 1)], [[1, 10, 5]]],
    ['with every begins anew', `from every (a=A and b=B) -> c=C ${ALL}`, [a(1, 1), b(2, 10), a(3, 2), b(4, 20), c(5, 5)], [[1, 10, 5], [2, 20, 5]]],
    ['filters each side', `from a=A[v > 1] and b=B[v > 10] -> c=C ${ALL}`, [a(1, 1), b(2, 10), a(3, 2), b(4, 20), c(5, 5)], [[2, 20, 5]]],
    ['one event may be both', 'from a=A[v > 1] and b=A[v < 5] select a.v as x, b.v as y insert into O;', [a(1, 3)], [[3, 3]]],
  ]);
});

describe('or', () => {
  specify(STREAMS, [
    ['takes whichever comes; the other side is missing', `from a=A or b=B -> c=C ${ALL}`, [b(1, 10), c(2, 5)], [[null, 10, 5]]],
    ['is over with the first', `from a=A or b=B -> c=C ${ALL}`, [a(1, 1), b(2, 10), c(3, 5)], [[1, null, 5]]],
    ['with every begins anew with each event', `from every (a=A or b=B) -> c=C ${ALL}`, [a(1, 1), b(2, 10), c(3, 5)], [[1, null, 5], [null, 10, 5]]],
    ['the missing side is asked for', "from every c=C -> a=A or b=B select ifThenElse(a is null, 'b', 'a') as which insert into O;", [c(1, 5), b(2, 10), c(3, 6), a(4, 1)], [['b'], ['a']]],
  ]);
});

describe('what is wrong with and, or', () => {
  it.each([
    ['from a=A and a=B select a.v as x insert into O;', ["2:6 Two steps are named 'a'."]],
    ['from a=A and select a.v as x insert into O;', ["2:21 Found 'a', expected 'insert into', 'update', 'delete' or 'return'."]],
    ['from a=A<2> and b=B select b.v as x insert into O;', ["2:13 Found 'and', expected 'insert into', 'update', 'delete' or 'return'."]],
  ])('%s', (text, errors) => {
    expect(errorsOf(analyze(`${STREAMS}\n${text}`))).toEqual(errors);
  });
});
