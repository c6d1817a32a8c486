import { describe, expect, it } from 'vitest';
import { analyze } from '../index.ts';
import { errorsOf, type Sent } from '../testing/run-app.ts';
import { specify } from '../testing/specify.ts';

const STREAMS = 'define stream A (k string, v int); define stream B (k string, v int); define stream C (k string, v int);';
const a = (time: number, v: number, k = 'x'): Sent => ['A', time, k, v];
const b = (time: number, v: number, k = 'x'): Sent => ['B', time, k, v];
const c = (time: number, v: number, k = 'x'): Sent => ['C', time, k, v];
const AB = 'select a.v as x, b.v as y insert into O;';

describe('a pattern', () => {
  specify(STREAMS, [
    ['is events one after the other', `from a=A -> b=B ${AB}`, [a(1, 1), b(2, 10)], [[1, 10]]],
    ['whatever comes between them', `from a=A -> b=B ${AB}`, [a(1, 1), c(2, 5), a(3, 2), b(4, 10)], [[1, 10]]],
    ['takes no event before its turn', `from a=A -> b=B ${AB}`, [b(1, 10), a(2, 1), b(3, 11)], [[1, 11]]],
    ['is found once', `from a=A -> b=B ${AB}`, [a(1, 1), b(2, 10), a(3, 2), b(4, 20)], [[1, 10]]],
    ['filters its steps', `from a=A[v > 1] -> b=B[k == 'y'] ${AB}`, [a(1, 1), a(2, 2), b(3, 10), b(4, 20, 'y')], [[2, 20]]],
    ['compares a step with those before it', `from a=A -> b=B[v > a.v and k == a.k] ${AB}`, [a(1, 5), b(2, 4), b(3, 6, 'y'), b(4, 7)], [[5, 7]]],
    ['may have one stream in several steps', 'from a=A -> b=A[v > a.v] select a.v as x, b.v as y insert into O;', [a(1, 5), a(2, 4), a(3, 6)], [[5, 6]]],
    ['never takes one event for two steps', 'from a=A -> b=A select a.v as x, b.v as y insert into O;', [a(1, 1), a(2, 2)], [[1, 2]]],
    ['has as many steps as wanted', 'from a=A -> b=B -> c=C -> d=A select a.v as x, b.v as y, c.v as z, d.v as w insert into O;', [a(1, 1), b(2, 2), c(3, 3), a(4, 4)], [[1, 2, 3, 4]]],
    ['of one step is a filter that holds once', 'from a=A[v > 1] select a.v as x insert into O;', [a(1, 1), a(2, 2), a(3, 3)], [[2]]],
    ['may stand in brackets', 'from (A) select v as x insert into O;', [a(1, 1), a(2, 2)], [[1]]],
    ['in brackets may be of every absence', 'from (every not A for 5 milliseconds) select 1 as x insert into O;', [a(1, 1), { advance: 12 }], [[1], [1]]],
    ['needs no names where streams tell the steps apart', 'from A -> B select A.v as x, B.v as y insert into O;', [a(1, 1), b(2, 10)], [[1, 10]]],
    ['has the time of its last event', 'from a=A -> b=B select eventTimestamp() as t, eventTimestamp(a) as ta, eventTimestamp(b) as tb insert into O;', [a(1, 1), b(7, 10)], [[7, 1, 7]]],
    ['computes with its events', 'from a=A -> b=B select b.v - a.v as grown, coalesce(a.k, b.k) as k insert into O;', [a(1, 1), b(2, 10)], [[9, 'x']]],
  ]);
});

describe('every', () => {
  specify(STREAMS, [
    ['begins anew with each first event', `from every a=A -> b=B ${AB}`, [a(1, 1), a(2, 2), b(3, 10), b(4, 20)], [[1, 10], [2, 10]]],
    ['lets each beginning wait for an event of its own', `from every a=A -> b=B[k == a.k] ${AB}`, [a(1, 1, 'x'), a(2, 2, 'y'), b(3, 10, 'y'), b(4, 20, 'x')], [[2, 10], [1, 20]]],
    ['around a group begins anew when the group is over', 'from every (a=A -> b=B) select a.v as x, b.v as y insert into O;', [a(1, 1), a(2, 2), b(3, 10), b(4, 20), a(5, 3), b(6, 30)], [[1, 10], [3, 30]]],
    ['behind the first step waits again and again', `from a=A -> every b=B ${AB}`, [a(1, 1), b(2, 10), b(3, 20), a(4, 2), b(5, 30)], [[1, 10], [1, 20], [1, 30]]],
    ['of a group in the middle', 'from a=A -> every (b=B -> c=C) select a.v as x, b.v as y, c.v as z insert into O;', [a(1, 1), b(2, 2), c(3, 3), b(4, 4), c(5, 5)], [[1, 2, 3], [1, 4, 5]]],
    ['of one step is every event that it takes', 'from every a=A[v > 1] select a.v as x insert into O;', [a(1, 1), a(2, 2), a(3, 3)], [[2], [3]]],
  ]);
});

describe('within', () => {
  specify(STREAMS, [
    ['forgets what took too long', `from every a=A -> b=B within 10 milliseconds ${AB}`, [a(1, 1), b(12, 10), a(13, 2), b(20, 20)], [[2, 20]]],
    ['counts from the first event to the last, the limit among it', `from every a=A -> b=B within 10 milliseconds ${AB}`, [a(1, 1), b(11, 10)], [[1, 10]]],
    ['goes by the times of the events', 'from every a=A -> b=B -> c=C within 10 milliseconds select a.v as x, c.v as z insert into O;', [a(1, 1), b(8, 2), c(12, 3), a(20, 4), b(25, 5), c(30, 6)], [[4, 6]]],
    ['without every took its only first event, and is over', `from a=A -> b=B within 10 milliseconds ${AB}`, [a(1, 1), a(20, 2), b(25, 10)], []],
  ]);
});

describe('what a pattern puts out', () => {
  specify(STREAMS, [
    ['is every attribute with *, under names of its own', 'define stream D (w int); from a=A -> d=D select * insert into O;', [a(1, 1), ['D', 2, 5]], [['x', 1, 5]]],
    ['is aggregated', 'from every a=A -> b=B select a.k as k, count() as n, sum(b.v) as s group by a.k insert into O;', [a(1, 1), b(2, 10), a(3, 2, 'y'), b(4, 20), a(5, 3), b(6, 30)], [['x', 1, 10], ['y', 1, 20], ['x', 2, 40]]],
    ['is filtered by having', 'from every a=A -> b=B select b.v - a.v as grown having grown > 5 insert into O;', [a(1, 1), b(2, 3), a(3, 2), b(4, 20)], [[18]]],
    ['sets off the next query', 'from every a=A -> b=B select b.v as v insert into M; from M[v > 5] select v insert into O;', [a(1, 1), b(2, 3), a(3, 2), b(4, 20)], [[20]]],
    ['changes a table', 'define table T (k string, n int); from every a=A -> b=B select a.k as k, b.v as n update or insert into T on T.k == k; from C join T on C.k == T.k select T.n as n insert into O;', [a(1, 1), b(2, 3), a(3, 2), b(4, 20), c(5, 0)], [[20]]],
  ]);
});

describe('what is wrong with a pattern', () => {
  it.each([
    ['from a=A -> b=X select a.v as x insert into O;', ["2:15 There is no stream 'X'."]],
    ['from a=A -> a=B select a.v as x insert into O;', ["2:13 Two steps are named 'a'."]],
    ['from a=A -> b=B select v as x insert into O;', ["2:24 'v' is an attribute of 'a' and 'b'."]],
    ['from a=A -> b=B select c.v as x insert into O;', ["2:24 There is no stream or event 'c' here."]],
    ['from a=A -> b=B[w > 1] select a.v as x insert into O;', ["2:17 There is no attribute 'w' here."]],
    ['from a=A -> b=B[a.k > 1] select a.v as x insert into O;', ["2:17 '>' cannot compare string and int."]],
    ['from a=A -> b=B#window.length(2) select a.v as x insert into O;', ["2:17 A step of a pattern has no window; `within` limits the whole pattern."]],
    ['from a=A -> select a.v as x insert into O;', ["2:20 Found 'a', expected 'insert into', 'update', 'delete' or 'return'."]],
    ['from every (a=A -> b=B select a.v as x insert into O;', ["2:24 Found 'select', expected ')' to close the group."]],
    ['from a=A -> b=B within select a.v as x insert into O;', ["2:24 Found 'select', expected a time such as '5 sec'."]],
  ])('%s', (text, errors) => {
    expect(errorsOf(analyze(`${STREAMS}\n${text}`))).toEqual(errors);
  });
});
