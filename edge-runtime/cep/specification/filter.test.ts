import { describe, expect, it } from 'vitest';
import { analyze } from '../index.ts';
import { errorsOf, type Sent } from '../testing/run-app.ts';
import { specify } from '../testing/specify.ts';

const STREAM = 'define stream S (k string, v int, on bool);';
const FIVE: readonly Sent[] = [['S', 1, 'a', 1, true], ['S', 2, 'b', 2, false], ['S', 3, 'a', null, null], ['S', 4, null, 4, true], ['S', 5, 'b', 5, null]];

describe('a filter', () => {
  specify(STREAM, [
    ['lets through what its condition holds for', 'from S[v > 1] select v insert into O;', FIVE, [[2], [4], [5]]],
    ['is a condition of any form', "from S[(k == 'a' or v >= 4) and not (v == 5)] select v insert into O;", FIVE, [[1], [null], [4]]],
    ['takes an attribute that is a bool', 'from S[on] select v insert into O;', FIVE, [[1], [4]]],
    ['takes nothing as false', 'from S[not on] select v insert into O;', FIVE, [[2], [null], [5]]],
    ['asks for what is missing', 'from S[v is null or k is null] select k, v insert into O;', FIVE, [['a', null], [null, 4]]],
    ['may be a constant', 'from S[true][false] select v insert into O;', FIVE, []],
    ['stands several times, one after the other', "from S[v > 1][k == 'b'] select v insert into O;", FIVE, [[2], [5]]],
    ['may be written with a #', 'from S#[v > 4] select v insert into O;', FIVE, [[5]]],
    ['before a window keeps events out of it', "from S[k == 'b']#window.length(2) select sum(v) as n insert into O;", FIVE, [[2], [7]]],
    ['behind a window lets events into the window, and not on', "from S#window.lengthBatch(2)[k == 'b'] select v insert into O;", FIVE, [[2]]],
    ['behind a window holds back what leaves it too', 'from S#window.length(1)[v > 1] select v insert expired events into O;', FIVE, [[2], [4]]],
    ['calls functions', "from S[coalesce(v, 100) > 4 and instanceOfString(k)] select k, v insert into O;", FIVE, [['a', null], ['b', 5]]],
    ['looks into a table', "define table T (v int); from S[k == 'a'] select v insert into T; from S[(T.v == v) in T] select k, v insert into O;", [...FIVE.slice(0, 1), ['S', 6, 'z', 1, true], ['S', 7, 'z', 2, true]], [['a', 1], ['z', 1]]],
    ['of one query does not touch another', 'from S[v == 1] select v insert into O; from S[v == 5] select v insert into O;', FIVE, [[1], [5]]],
    ['passes over what a query before it made of the event', 'from S[v > 1] select k, v * 10 as v insert into M; from M[v > 20] select v insert into O;', FIVE, [[40], [50]]],
  ]);
});

describe('a filter that aggregates', () => {
  specify(STREAM, [
    ['counts what comes to it', 'from S[count() > 2] select v insert into O;', FIVE, [[null], [4], [5]]],
    ['compares an event with all before it', 'from S[max(v) == v] select v insert into O;', FIVE, [[1], [2], [4], [5]]],
    ['behind a window is of what the window holds', 'from S#window.length(2)[sum(v) > 3] select v insert all events into O;', FIVE, [[4], [null], [5]]],
    ['takes in only what its condition comes to', 'from S[v > 1 and count() > 1] select v insert into O;', FIVE, [[4], [5]]],
    ['counts all groups together', 'from S[count() > 1] select k, sum(v) as n group by k insert into O;', FIVE, [['b', 2], ['a', null], [null, 4], ['b', 7]]],
    ['begins anew with each batch', 'from S#window.lengthBatch(2)[count() > 1] select v insert into O;', FIVE, [[2], [4]]],
    ['counts for each key of a partition', 'partition with (k of S) begin from S[count() > 1] select k, v insert into O; end;', FIVE, [['a', null], ['b', 5]]],
    ['stands before the window of a join', 'from S[count() > 1]#window.length(1) as a join S#window.length(1) as b on a.v == b.v select b.v as v insert into O;', FIVE, [[2], [4], [5]]],
  ]);
});

describe('what is wrong with a filter', () => {
  it.each([
    ['from S[v] select v insert into O;', ['2:8 A filter takes a bool, found int.']],
    ["from S['yes'] select v insert into O;", ['2:8 A filter takes a bool, found string.']],
    ['from S join S as t on count() > 1 select t.v as v insert into O;', ["2:23 count is an aggregator; it stands in 'select', in 'having' or in a stream's filter only."]],
    ['from S[w > 1] select v insert into O;', ["2:8 There is no attribute 'w' here."]],
    ['from S[v > ] select v insert into O;', ["2:12 Found ']', expected a value, an attribute or a function."]],
    ['from S[v > 1 select v insert into O;', ["2:14 Found 'select', expected ']' to close the filter."]],
    ['from S[] select v insert into O;', ["2:8 Found ']', expected a value, an attribute or a function."]],
    ['from S[(v > 1) in T] select v insert into O;', ["2:19 There is no table 'T'."]],
  ])('%s', (text, errors) => {
    expect(errorsOf(analyze(`${STREAM}\n${text}`))).toEqual(errors);
  });
});
