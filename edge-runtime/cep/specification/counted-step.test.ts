import { describe, expect, it } from 'vitest';
import { analyze } from '../index.ts';
import { errorsOf, rowsOf, type Sent } from '../testing/run-app.ts';
import { specify } from '../testing/specify.ts';

const STREAMS = 'define stream A (k string, v int); define stream B (k string, v int);';
const a = (time: number, v: number): Sent => ['A', time, 'x', v];
const b = (time: number, v: number): Sent => ['B', time, 'x', v];
const FIRST_LAST = 'select a[0].v as first, a[last].v as final, b.v as y insert into O;';

describe('a step that is taken several times', () => {
  specify(STREAMS, [
    ['<n> exactly so many times', `from a=A<2> -> b=B ${FIRST_LAST}`, [a(1, 1), b(2, 10), a(3, 2), b(4, 20)], [[1, 2, 20]]],
    ['<n:m> from so many to so many times', `from a=A<1:2> -> b=B ${FIRST_LAST}`, [a(1, 1), a(2, 2), a(3, 3), b(4, 10)], [[1, 2, 10]]],
    ['<n:> so many times or more', `from a=A<2:> -> b=B ${FIRST_LAST}`, [a(1, 1), a(2, 2), a(3, 3), b(4, 10)], [[1, 3, 10]]],
    ['<:m> up to so many times, or not at all', 'from a=A<:2> -> b=B select a[0].v as first, b.v as y insert into O;', [b(1, 10)], [[null, 10]]],
    ['takes only what its filter lets through', `from a=A[v > 1]<2> -> b=B ${FIRST_LAST}`, [a(1, 1), a(2, 2), a(3, 0), a(4, 4), b(5, 10)], [[2, 4, 10]]],
    ['with every begins anew when it is full', `from every a=A<2> -> b=B ${FIRST_LAST}`, [a(1, 1), a(2, 2), a(3, 3), a(4, 4), b(5, 10)], [[1, 2, 10], [3, 4, 10]]],
    ['may be the last step, and then ends with the least number', 'from b=B -> a=A<2:5> select b.v as y, a[0].v as x, a[1].v as z, a[2].v as w insert into O;', [b(1, 10), a(2, 1), a(3, 2), a(4, 3)], [[10, 1, 2, null]]],
    ['is looked at by later steps', 'from a=A<2:> -> b=B[v > a[last].v] select a[last].v as x, b.v as y insert into O;', [a(1, 1), a(2, 20), b(3, 10), b(4, 30)], [[20, 30]]],
  ]);
});

describe('an event of such a step', () => {
  specify(STREAMS, [
    ['[n] is the n-th from 0, and nothing beyond the last', 'from a=A<1:4> -> b=B select a[0].v as p, a[1].v as q, a[2].v as r insert into O;', [a(1, 1), a(2, 2), b(3, 10)], [[1, 2, null]]],
    ['[last] is the last, [last - n] the n-th before it', 'from a=A<1:4> -> b=B select a[last].v as p, a[last - 1].v as q, a[last - 2].v as r insert into O;', [a(1, 1), a(2, 2), b(3, 10)], [[2, 1, null]]],
    ['is asked for', "from a=A<1:4> -> b=B select ifThenElse(a[1] is null, 'one', 'several') as n insert into O;", [a(1, 1), b(2, 10)], [['one']]],
    ['in its own filter [last] is the one before', 'from a=A[a[last].v is null or v > a[last].v]<3> -> b=B select a[0].v as p, a[1].v as q, a[2].v as r insert into O;', [a(1, 1), a(2, 3), a(3, 2), a(4, 5), b(5, 10)], [[1, 3, 5]]],
  ]);
});

describe('a counted step', () => {
  it('without an index is the list of its events', () => {
    const rows = rowsOf(`${STREAMS} from a=A<2> -> b=B select a.v as all insert into O;`, 'O', [a(1, 1), a(2, 2), b(3, 10)]);
    expect(rows.map((row) => Array.from(row[0] as Iterable<unknown>))).toEqual([[1, 2]]);
  });

  it.each([
    ['from a=A<3:2> -> b=B select b.v as y insert into O;', ['2:6 A count goes from the smaller to the larger number, found <3:2>.']],
    ['from a=A<x> -> b=B select b.v as y insert into O;', ["2:10 Found 'x', expected a whole number."]],
    ['from a=A<2 -> b=B select b.v as y insert into O;', ["2:12 Found '->', expected '>' after the count."]],
  ])('refuses %s', (text, errors) => {
    expect(errorsOf(analyze(`${STREAMS}\n${text}`))).toEqual(errors);
  });
});
