import { describe, expect, it } from 'vitest';
import { analyze } from '../index.ts';
import { ask } from '../testing/ask.ts';
import { errorsOf, type Sent } from '../testing/run-app.ts';
import { specify } from '../testing/specify.ts';

const STREAMS = 'define stream Put (k string, n int); define stream Change (k string, n int); define stream Drop (k string); define stream Look (k string);';
const TABLE = 'define table T (k string, n int); from Put select k, n insert into T;';
const LOOK = 'from Look join T on Look.k == T.k select T.k as k, T.n as n insert into O;';
/** Everything that is in the table, in its order. */
const ALL = "from Look join T on true select T.k as k, T.n as n insert into O;";
const THREE: readonly Sent[] = [['Put', 1, 'a', 1], ['Put', 2, 'b', 2], ['Put', 3, 'a', 3]];
const NOW: Sent = ['Look', 9, 'a'];

describe('insert into a table', () => {
  specify(STREAMS, [
    ['adds rows', `${TABLE} ${LOOK}`, [...THREE, NOW], [['a', 1], ['a', 3]]],
    ['keeps equal rows', `${TABLE} ${LOOK}`, [['Put', 1, 'a', 1], ['Put', 2, 'a', 1], NOW], [['a', 1], ['a', 1]]],
    ['takes what leaves a window', `define table T (k string, n int); from Put#window.length(1) select k, n insert expired events into T; ${LOOK}`, [...THREE, NOW], [['a', 1]]],
    ['takes what a query makes', `define table T (k string, n long); from Put select k, sum(n) as n group by k insert into T; ${LOOK}`, [...THREE, NOW], [['a', 1], ['a', 4]]],
  ]);
});

describe('update', () => {
  specify(`${STREAMS} ${TABLE}`, [
    ['changes what on says, with attributes of the same name', `from Change update T on T.k == k; ${ALL}`, [...THREE, ['Change', 4, 'a', 7], NOW], [['a', 7], ['b', 2], ['a', 7]]],
    ['sets what set says', `from Change update T set T.n = n * 10 on T.k == k; ${ALL}`, [...THREE, ['Change', 4, 'b', 7], NOW], [['a', 1], ['b', 70], ['a', 3]]],
    ['computes with the row', `from Change update T set T.n = T.n + n on T.k == k; ${ALL}`, [...THREE, ['Change', 4, 'a', 7], NOW], [['a', 8], ['b', 2], ['a', 10]]],
    ['takes a number for a wider one', `define table L (k string, n long); from Put select k, convert(n, 'long') as n insert into L; from Change update L set L.n = n on L.k == k; from Look join L on true select L.k as k, L.n + 1 as n insert into O;`, [...THREE, ['Change', 4, 'b', 7], NOW], [['a', 2], ['b', 8], ['a', 4]]],
    ['assigns in the order of the table\'s attributes, each seeing those before it', `define table P (a int, b int); from Put select n as a, 0 as b insert into P; from Change update P set P.b = P.a + 1, P.a = P.a * n on P.a == 2; from Look join P on true select P.a as a, P.b as b insert into O;`, [...THREE, ['Change', 4, '', 10], NOW], [[1, 0], [20, 21], [3, 0]]],
    ['sets several', `from Change select k, n update T set T.k = 'z', T.n = 0 on T.n > n; ${ALL}`, [...THREE, ['Change', 4, '', 1], NOW], [['a', 1], ['z', 0], ['z', 0]]],
    ['changes nothing where nothing is meant', `from Change update T on T.k == k; ${ALL}`, [...THREE, ['Change', 4, 'q', 7], NOW], [['a', 1], ['b', 2], ['a', 3]]],
  ]);
});

describe('delete', () => {
  specify(`${STREAMS} ${TABLE}`, [
    ['removes what on says', `from Drop delete T on T.k == k; ${ALL}`, [...THREE, ['Drop', 4, 'a'], NOW], [['b', 2]]],
    ['removes by any condition', `from Change delete T on T.n >= n; ${ALL}`, [...THREE, ['Change', 4, '', 2], NOW], [['a', 1]]],
    ['removes everything', `from Drop delete T on true; ${ALL}`, [...THREE, ['Drop', 4, 'a'], NOW], []],
    ['for what leaves a window', `from Drop#window.length(1) delete T for expired events on T.k == k; ${ALL}`, [...THREE, ['Drop', 4, 'a'], ['Drop', 5, 'b'], NOW], [['b', 2]]],
  ]);
});

describe('update or insert into', () => {
  specify(`${STREAMS} define table T (k string, n int); from Put update or insert into T on T.k == k;`, [
    ['changes what is there and adds what is not', ALL, [...THREE, NOW], [['a', 3], ['b', 2]]],
    ['adds the whole row, and changes what set says', `from Change update or insert into T set T.n = T.n + n on T.k == k; ${ALL}`, [...THREE, ['Change', 4, 'a', 10], ['Change', 5, 'c', 10], NOW], [['a', 13], ['b', 2], ['c', 10]]],
  ]);
});

describe('a missing bool as the condition of a change', () => {
  specify(`${STREAMS} define stream Say (b bool); ${TABLE}`, [
    ['does not hold', `from Say delete T on b; ${ALL}`, [...THREE, ['Say', 4, null], NOW], [['a', 1], ['b', 2], ['a', 3]]],
  ]);
});

describe('in', () => {
  specify(`${STREAMS} ${TABLE}`, [
    ['asks whether a row is there for which the condition holds', 'from Look[(T.k == k) in T] select k insert into O;', [...THREE, ['Look', 4, 'a'], ['Look', 5, 'z']], [['a']]],
    ['binds looser than a comparison', 'from Look[T.k == k in T] select k insert into O;', [...THREE, ['Look', 4, 'a'], ['Look', 5, 'z']], [['a']]],
    ['asks whether none is', 'from Look[not ((T.k == k) in T)] select k insert into O;', [...THREE, ['Look', 4, 'a'], ['Look', 5, 'z']], [['z']]],
    ['stands in having, over what is put out', 'from Change select k as z, sum(n) as total having (T.k == z and T.n < total) in T insert into O;', [...THREE, ['Change', 4, 'b', 2], ['Change', 5, 'b', 1], ['Change', 6, 'z', 9]], [['b', 3]]],
    ['stands in a join, on either side of it', 'from Look#window.length(1) as l join Change as c on (T.k == l.k) in T select l.k as k, (T.n == c.n) in T as known insert into O;', [...THREE, ['Look', 4, 'a'], ['Change', 5, 'b', 2], ['Change', 6, 'b', 9]], [['a', true], ['a', false]]],
    ['stands in a pattern, over its events', 'from every e1=Look[(T.k == k) in T] -> e2=Change[(T.k == e1.k and T.n == n) in T] select e1.k as k, e2.n as n insert into O;', [...THREE, ['Look', 4, 'z'], ['Change', 5, 'z', 1], ['Look', 6, 'a'], ['Change', 7, 'z', 2], ['Change', 8, 'z', 3]], [['a', 3]]],
    ['asks the rows by a key as well', "@primaryKey('n') define table N (n int); from Put select n insert into N; from Change[(N.n <= n) in N] select n insert into O;", [...THREE, ['Change', 4, '', 0], ['Change', 5, '', 7]], [[7]]],
    ['takes any condition', 'from Change[(T.k == k and T.n > n) in T] select k, n insert into O;', [...THREE, ['Change', 4, 'a', 2], ['Change', 5, 'a', 3], ['Change', 6, 'b', 1]], [['a', 2], ['b', 1]]],
  ]);
});

describe('@primaryKey', () => {
  specify(`${STREAMS} @primaryKey('k') define table T (k string, n int); from Put select k, n insert into T;`, [
    ['lets no second row of a key in', ALL, [...THREE, NOW], [['a', 1], ['b', 2]]],
    ['finds, changes and deletes by it', `from Change update T on T.k == k; from Drop delete T on T.k == k; ${ALL}`, [...THREE, ['Change', 4, 'a', 7], ['Drop', 5, 'b'], NOW], [['a', 7]]],
    ['keeps the rows of an update that would give two of them one key', `from Change update T set T.k = k on T.n <= n; ${ALL}`, [...THREE, ['Change', 4, 'z', 2], NOW], [['a', 1], ['b', 2]]],
    ['keeps a row whose new key is taken', `from Change update T set T.k = k on T.n == n; ${ALL}`, [...THREE, ['Change', 4, 'b', 1], NOW], [['a', 1], ['b', 2]]],
    ['lets a key in again that was deleted', `from Drop delete T on T.k == k; ${ALL}`, [...THREE, ['Drop', 4, 'a'], ['Put', 5, 'a', 9], NOW], [['a', 9], ['b', 2]]],
  ]);
});

describe('@primaryKey of several attributes', () => {
  specify(`${STREAMS} @primaryKey('k', 'n') define table T (k string, n int); from Put select k, n insert into T;`, [
    ['is all of them together', ALL, [...THREE, ['Put', 4, 'a', 1], NOW], [['a', 1], ['a', 3], ['b', 2]]],
  ]);
});

describe('@index', () => {
  specify(`${STREAMS} @index('k') define table T (k string, n int); from Put select k, n insert into T;`, [
    ['changes no answer', `${LOOK}`, [...THREE, NOW], [['a', 1], ['a', 3]]],
    ['nor a change', `from Change update T on T.k == k and T.n > n; ${ALL}`, [...THREE, ['Change', 4, 'a', 2], NOW], [['a', 1], ['b', 2], ['a', 2]]],
  ]);
});

describe('a table', () => {
  it('is asked from outside', () => {
    expect(ask(`${STREAMS} ${TABLE}`, THREE, "from T on k == 'a' select k, n order by n desc")).toEqual([['a', 3], ['a', 1]]);
  });

  it.each([
    ['from Put select k insert into T;', ["2:31 The table 'T' has (k string, n int), this query puts out (k string)."]],
    ['from Put select k, n as x insert into T;', ["2:39 The table 'T' has (k string, n int), this query puts out (k string, x int)."]],
    ['from Put update T on k;', ["2:22 'on' takes a bool, found string."]],
    ["from Put update T set T.n = 'x' on T.k == k;", ["2:29 'n' of 'T' is int, found string."]],
    ['from Put update T set T.x = 1 on T.k == k;', ["2:23 The table 'T' has no attribute 'x'."]],
    ['from Put select k, n, 1 as x update T on T.k == k;', ["2:30 The table 'T' has no attribute 'x', which this query puts out."]],
    ['from Put[(X.k == k) in X] select k insert into O;', ["2:24 There is no table 'X'."]],
    ['from Put[k in T] select k insert into O;', ["2:10 'in' takes a bool, found string."]],
    ["@primaryKey('x') define table U (k string);", ["2:13 The table 'U' has no attribute 'x'."]],
    ["@primaryKey('k') @primaryKey('n') define table U (k string, n int);", ["2:18 'U' has a primary key already."]],
    ["@index('k', 'n') define table U (k string, n int);", ["2:1 An index is over one attribute, found 2."]],
    ["@store(type='rdbms') define table U (k string);", ['2:1 Tables are in memory; @store is not supported.']],
    ['define table T (k string);', ["2:14 'T' is defined twice."]],
    ['from T select k insert into O;', ["2:6 'T' is a table; a query reads it with a join or with 'in'."]],
  ])('refuses %s', (text, errors) => {
    expect(errorsOf(analyze(`${STREAMS} define table T (k string, n int);\n${text}`))).toEqual(errors);
  });
});
