import { describe, expect, it } from 'vitest';
import { analyze } from '../index.ts';
import { errorsOf, type Sent } from '../testing/run-app.ts';
import { specify } from '../testing/specify.ts';

const STREAMS = 'define stream A (k string, v int); define stream B (k string, v int); define stream C (k string, v int);';
const a = (time: number, v: number, k = 'x'): Sent => ['A', time, k, v];
const b = (time: number, v: number, k = 'x'): Sent => ['B', time, k, v];
const c = (time: number, v: number, k = 'x'): Sent => ['C', time, k, v];
const AB = 'select a.v as x, b.v as y insert into O;';

describe('a sequence', () => {
  specify(STREAMS, [
    ['is events right after one another', `from every a=A, b=B ${AB}`, [a(1, 1), b(2, 10)], [[1, 10]]],
    ['breaks with any other event of its streams', `from every a=A, b=B ${AB}`, [a(1, 1), a(2, 2), b(3, 10), b(4, 20)], [[2, 10]]],
    ['does not look at other streams', `from every a=A, b=B ${AB}`, [a(1, 1), c(2, 5), b(3, 10)], [[1, 10]]],
    ['breaks with an event that a filter refuses', `from every a=A, b=B[v > 10] ${AB}`, [a(1, 1), b(2, 10), b(3, 20), a(4, 2), b(5, 30)], [[2, 30]]],
    ['compares with the events before', 'from every a=A, b=A[v > a.v], c=A[v > b.v] select a.v as x, b.v as y, c.v as z insert into O;', [a(1, 1), a(2, 2), a(3, 3), a(4, 1), a(5, 5), a(6, 6)], [[1, 2, 3], [1, 5, 6]]],
    ['may begin with each event', 'from every a=A, b=A select a.v as x, b.v as y insert into O;', [a(1, 1), a(2, 2), a(3, 3)], [[1, 2], [2, 3]]],
    ['without every is found once, and begins with the first event alone', `from a=A, b=B ${AB}`, [a(1, 1), b(2, 10), a(3, 2), b(4, 20)], [[1, 10]]],
    ['forgets what took too long', `from every a=A, b=B within 10 milliseconds ${AB}`, [a(1, 1), b(20, 10), a(21, 2), b(25, 20)], [[2, 20]]],
  ]);
});

describe('a step of a sequence that is taken several times', () => {
  specify(STREAMS, [
    ['+ once or more', 'from every a=A+, b=B select a[0].v as first, a[last].v as final, b.v as y insert into O;', [a(1, 1), a(2, 2), b(3, 10), b(4, 20)], [[1, 2, 10]]],
    ['* any number of times', 'from every a=A, b=B*, c=C select a.v as x, b[0].v as y, b[last].v as w, c.v as z insert into O;', [a(1, 1), c(2, 5), a(3, 2), b(4, 10), b(5, 20), c(6, 6)], [[1, null, null, 5], [2, 10, 20, 6]]],
    ['? once or not at all', 'from every a=A, b=B?, c=C select a.v as x, b[0].v as y, c.v as z insert into O;', [a(1, 1), c(2, 5), a(3, 2), b(4, 10), c(5, 6), a(6, 3), b(7, 1), b(8, 2), c(9, 7)], [[1, null, 5], [2, 10, 6]]],
    ['compares with the one before', 'from every a=A, b=A[b[last].v is null or v > b[last].v]+, c=A[v < b[last].v] select a.v as x, b[last].v as peak, c.v as z insert into O;', [a(1, 1), a(2, 3), a(3, 5), a(4, 2)], [[1, 5, 2]]],
  ]);
});

describe('and, or in a sequence', () => {
  specify(STREAMS, [
    ['and: both, in any order', 'from every a=A, b=B and c=C select a.v as x, b.v as y, c.v as z insert into O;', [a(1, 1), c(2, 5), b(3, 10)], [[1, 10, 5]]],
    ['or: the one or the other', 'from every a=A, b=B or c=C select a.v as x, b.v as y, c.v as z insert into O;', [a(1, 1), c(2, 5), a(3, 2), b(4, 10)], [[1, null, 5], [2, 10, null]]],
  ]);
});

describe('what is wrong with a sequence', () => {
  it.each([
    ['from a=A, b=X select a.v as x insert into O;', ["2:13 There is no stream 'X'."]],
    ['from a=A, b=B -> c=C select a.v as x insert into O;', ["2:9 Found ',', expected 'insert into', 'update', 'delete' or 'return'."]],
    ['from a=A, a=B select a.v as x insert into O;', ["2:11 Two steps are named 'a'."]],
    ['from a=A -> b=B+ select a.v as x insert into O;', ["2:16 Found '+', expected 'insert into', 'update', 'delete' or 'return'."]],
  ])('%s', (text, errors) => {
    expect(errorsOf(analyze(`${STREAMS}\n${text}`))).toEqual(errors);
  });
});
