import { describe, expect, it } from 'vitest';
import { analyze } from '../index.ts';
import { errorsOf } from '../testing/run-app.ts';

describe('a text without a definition', () => {
  it.each(['', ' \n', '-- nothing yet', "@app:name('x')"])('%j is an app that does nothing', (text) => {
    expect(analyze(text).diagnostics).toEqual([]);
  });
});

describe('errors name what was found, what was expected, and the place', () => {
  it('reports every broken statement, not only the first', () => {
    const text = `define stream A (x int, y strng);
define stream B (x int);
from B[x > ] select x insert into C;
from B selct x insert into C;`;
    expect(errorsOf(analyze(text))).toEqual([
      "1:27 Found 'strng', expected a type (int, long, float, double, bool, string or object) for 'y'.",
      "3:12 Found ']', expected a value, an attribute or a function.",
      "4:8 Found 'selct', expected 'insert into', 'update', 'delete' or 'return'.",
    ]);
  });

  it('hints at the nearest name that exists', () => {
    const text = 'define stream Reading (temperature double); from Readin[temprature > 5.0] select * insert into Hot;';
    expect(analyze(text).diagnostics[0]).toMatchObject({ code: 'name.unknown-stream', hint: "Did you mean 'Reading'?", from: 49, to: 55 });
    const attribute = 'define stream Reading (temperature double); from Reading[temprature > 5.0] select * insert into Hot;';
    expect(analyze(attribute).diagnostics[0]).toMatchObject({ code: 'name.unknown-attribute', hint: "Did you mean 'temperature'?" });
    const call = 'define stream R (t double); from R select coalese(t, 1.0) as t insert into O;';
    expect(analyze(call).diagnostics[0]).toMatchObject({ code: 'name.unknown-function', hint: "Did you mean 'coalesce'?" });
    const window = 'define stream R (t double); from R#window.lenght(5) select * insert into O;';
    expect(analyze(window).diagnostics[0]).toMatchObject({ code: 'name.unknown-window', hint: "Did you mean 'length'?" });
  });

  it.each([
    ["from S[a + s > 1] select a insert into O", "'+' takes numbers, found string."],
    ['from S#window.length(1) as l join S#window.length(1) as r select eventTimestamp(r) as t insert into O', 'eventTimestamp takes the name of an event of the pattern, or nothing.'],
    ['from S select createSet(a) == createSet(a) as x insert into O', "'==' cannot compare two objects."],
    ["from S[a == s] select a insert into O", "'==' cannot compare int and string."],
    ["from S[s > 'b'] select a insert into O", "'>' cannot compare two strings."],
    ['from S[a] select a insert into O', 'A filter takes a bool, found int.'],
    ['from e1=S[sum(a) > 1] -> e2=S select e1.a insert into O', "sum is an aggregator; it stands in 'select', in 'having' or in a stream's filter only."],
    ['from S select sum(s) as t insert into O', 'sum takes a number, found string.'],
    ['from S select distinctCount(a > 1) as n insert into O', 'distinctCount takes a number or a string, found bool.'],
    ['from S select a, a insert into O', "'a' is put out twice."],
    ['from S select a + 1 insert into O', "Found 'insert', expected 'as' and a name after an expression that is no plain attribute."],
    ['from S#window.length(a) select a insert into O', 'The window length is written length(count), found int.'],
    ['from S#window.length(-1) select a insert into O', 'The length of a window is from 0 to 10000000, found -1.'],
    ['from S select ifThenElse(a, 1, 2) as x insert into O', 'ifThenElse takes a bool as its condition, found int.'],
    ["from S select convert(a, 'integer') as x insert into O", "convert takes as its second argument one of 'int', 'long', 'float', 'double', 'string', 'bool'."],
    ['from S select a insert into T', "'T' has (a string), this query puts out (a int)."],
    ['from S select 3000000000 as big insert into O', '3000000000 is out of range for int.'],
    ['from e1=S -> e1=S select e1.a insert into O', "Two steps are named 'e1'."],
    ['from e1=S -> e2=S select a insert into O', "'a' is an attribute of 'e1' and 'e2'."],
    ['from e1=S -> not S select e1.a insert into O', "'not S' needs 'for' and a time, or 'and' and an event."],
    ['from e1=S, every e2=S select e1.a insert into O', "'every' stands before the first step of a sequence."],
    ['from S select eventTimestamp(S) as t insert into O', 'eventTimestamp takes the name of an event of the pattern, or nothing.'],
    ['from e1=S -> e2=S select eventTimestamp(e1.a) as t insert into O', 'eventTimestamp takes the name of an event of the pattern, or nothing.'],
    ['from e1=S -> e2=S select eventTimestamp(e1, e2) as t insert into O', 'eventTimestamp takes the name of an event of the pattern, or nothing.'],
    ['from S select 5. as x insert into O', "Found '.', expected 'as' and a name after an expression that is no plain attribute."],
    ["from S select time:dateAdd(s, 1, s) as x insert into O", 'time:dateAdd takes string, int, constant string, [string] or long, int, constant string, found string, int, string.'],
    ['from S#log(s, a > 1) select a insert into O', 'log takes a constant bool.'],
    ["from S#log('loud', s) select a insert into O", "log has the priorities INFO, DEBUG, WARN, FATAL, ERROR, OFF, TRACE, found 'loud'."],
    ['from S#log(s, s, true) select a insert into O', 'log takes a constant as its priority.'],
    ['from e1=S<3:2> -> e2=S select e2.a insert into O', 'A count goes from the smaller to the larger number, found <3:2>.'],
  ])('%s', (query, message) => {
    const found = errorsOf(analyze(`define stream S (a int, s string); define stream T (a string); ${query};`));
    expect(found.map((one) => one.replace(/^\d+:\d+ /, ''))).toContain(message);
  });

  it.each([
    ['from every e1=T -> e2=S select e2.a as a insert into O;', "'T' is no stream; a step of a pattern takes events."],
    ['from every e1=S, not T for 1 sec select e1.a as a insert into O;', "'T' is no stream; a step of a pattern takes events."],
    ['from every e1=G -> e2=S select e2.a as a insert into O;', "'G' is no stream; a step of a pattern takes events."],
    ['from T#window.length(2) select a insert into O;', "'T' is a table; a query reads it with a join or with 'in'."],
    ['partition with (a of T) begin from S select a insert into O; end;', "'T' is a table; streams and named windows are partitioned."],
    ['partition with (a of G) begin from S select a insert into O; end;', "'G' is an aggregation; streams and named windows are partitioned."],
    ['define aggregation H from W select a, sum(a) as n group by a aggregate every sec;', "An aggregation takes a stream, and 'W' is a window."],
  ])('takes streams where events are taken: %s', (text, message) => {
    const found = errorsOf(analyze(`define stream S (a int); define table T (a int); define window W (a int) length(2); define aggregation G from S select a, sum(a) as n group by a aggregate every sec; ${text}`));
    expect(found.map((one) => one.replace(/^\d+:\d+ /, ''))).toEqual([message]);
  });

  it('names the place by line, column and offset, and the end of what is meant', () => {
    const text = 'define stream S (a int);\n\nfrom S\n  select a,\n         bb\ninsert into O;';
    const [found, ...more] = analyze(text).diagnostics;
    expect(more).toEqual([]);
    expect(found).toMatchObject({ severity: 'error', line: 5, column: 10 });
    expect(text.slice(found?.from, found?.to)).toBe('bb');
  });

  it('reports every mistake of one query', () => {
    expect(errorsOf(analyze('define stream S (a int, s string); from S[s > 1] select b, a + s as c, sum(s) as d insert into O;'))).toEqual([
      "1:43 '>' cannot compare string and int.",
      "1:57 There is no attribute 'b' here.",
      "1:64 '+' takes numbers, found string.",
      '1:72 sum takes a number, found string.',
    ]);
  });

  it.each([
    ['define table Table (k string); define stream S (k string); from S join Tabel on true select S.k as k insert into O;', "Did you mean 'Table'?"],
    ["define table Table (k string); define stream S (k string); from S[(Tabel.k == k) in Tabel] select k insert into O;", "Did you mean 'Table'?"],
    ['define stream Pump (k string); from first=Pump -> second=Pump select frist.k as k insert into O;', "Did you mean 'first'?"],
    ["define stream S (k string); from S select str:uper(k) as k insert into O;", "Did you mean 'str:upper'?"],
    ["define stream S (k string); from S#str:tokenise(k, ',') select token insert into O;", "Did you mean 'str:tokenize'?"],
    ["define stream S (k string, t long); from S#reorder:kslak(t) select k insert into O;", "Did you mean 'reorder:kslack'?"],
    ['define stream S (k string); from S select k, sum(1) as n group by kk insert into O;', "Did you mean 'k'?"],
    ['define stream Temperature (k string); from Temprature select k insert into O;', "Did you mean 'Temperature'?"],
    ['define stream S (k int); define table T (k int); from S[k in T] select k insert into O;', 'Write T.k == k in T, for example.'],
    ['define stream S (k int); from S select 1 hour and 25 minutes as t insert into O;', 'The parts of a time follow one another: 1 hour 25 minutes.'],
  ])('%s: %s', (text, hint) => {
    expect(analyze(text).diagnostics.map((one) => one.hint)).toContain(hint);
  });

  it('hints at nothing where no name is near', () => {
    expect(analyze('define stream Temperature (k string); from Xyz select k insert into O;').diagnostics[0]).not.toHaveProperty('hint', expect.stringContaining('Did you mean'));
  });

  it.each([
    ["define stream S (k string); from S select k insert into O", []],
    ["define stream S (k string; from S select k insert into O;", ["1:26 Found ';', expected ')' to close the attributes of 'S'."]],
    ["define stream S (k string, k int); from S select k insert into O;", ["1:28 'S' has the attribute 'k' twice."]],
    ["define stream S (k string); define stream S (k int); from S select k insert into O;", ["1:43 'S' is defined twice."]],
    ["define strem S (k string);", ["1:8 Found 'strem', expected 'stream', 'table', 'window', 'trigger', 'function' or 'aggregation' after 'define'."]],
    ["define stream S (k string); from S select 'k insert into O;", ['1:43 This string is not closed on its line.', "1:60 Found the end of the text, expected 'as' and a name after an expression that is no plain attribute."]],
    ["define stream S (k string); from S select k insert O;", ["1:52 Found 'O', expected 'into' after 'insert'."]],
    ["define stream S (k string); from S select k $ insert into O;", ["1:45 Unexpected character '$'."]],
    ["define stream S (k string); partition with (k of S) begin from S select k insert into O;", ["1:89 Found the end of the text, expected 'end' after the queries of the partition."]],
    ["define stream S (k string);; from S select k insert into O;", ["1:28 This ';' ends nothing."]],
    ["define stream S (k string); partition with (k of S) begin end;", ["1:59 A partition has at least one query."]],
    ["define stream S (k string); partition with (k of S) begin from S select k insert into O;; end;", ["1:89 This ';' ends nothing."]],
    ["define stream !S (k string);", ["1:15 Found '!', expected a name for the stream."]],
    ["@info(name='q' define stream S (k string);", ["1:16 Found 'define', expected ')' to close '@info('."]],
  ])('%s', (text, errors) => {
    expect(errorsOf(analyze(text))).toEqual(errors);
  });

  it.each([
    ['a broken definition', 'define stream S (k strng); from S select k insert into O; from O select k insert into P;', ["1:20 Found 'strng', expected a type (int, long, float, double, bool, string or object) for 'k'."]],
    ['a broken query', 'define stream S (k string); from S slect k insert into M; from M select k insert into O;', ["1:36 Found 'slect', expected 'insert into', 'update', 'delete' or 'return'."]],
    ['a query with a mistake', 'define stream S (k string); from S select x as k insert into M; from M select k insert into N; from N select k insert into O;', ["1:43 There is no attribute 'x' here."]],
    ['a query without its stream', 'define stream S (k string); from X select k insert into M; from M select k insert into O;', ["1:34 There is no stream 'X'."]],
    ['a query behind itself', 'define stream S (k string); from M select k insert into M;', ["1:34 There is no stream 'M'."]],
    ['two queries behind one another', 'define stream S (k string); from M select k insert into N; from N select k insert into M;', ["1:34 There is no stream 'M'.", "1:65 There is no stream 'N'."]],
    ['an aggregation with a mistake', "define stream S (k string); define aggregation A from S select x as k aggregate every sec; from S join A on S.k == A.k within '2024-**-** **:**:**' per 'sec' select S.k as k insert into O;", ["1:64 There is no attribute 'x' here."]],
  ])('says of %s what is wrong with it, and nothing of those who read it', (_, text, errors) => {
    expect(errorsOf(analyze(text))).toEqual(errors);
  });

  it('understands the rest of a text that has a broken part', () => {
    const analysis = analyze('define stream S (a int); from S[ select a insert into X; from S select a insert into O;');
    expect(analysis.ok).toBe(false);
    expect(analysis.queries.map((one) => one.output)).toEqual(['O']);
  });
});

describe('limits', () => {
  it('refuses nesting that could exhaust a stack', () => {
    const text = `define stream S (a int); from S[${'('.repeat(5000)}a${')'.repeat(5000)} > 1] select a insert into O;`;
    expect(analyze(text).diagnostics[0]).toMatchObject({ code: 'limit.depth' });
    const not = `define stream S (a bool); from S[${'not '.repeat(50_000)}a] select a insert into O;`;
    expect(analyze(not).diagnostics[0]).toMatchObject({ code: 'limit.depth' });
    const chain = `define stream S (a int); from S[a${' + a'.repeat(50_000)} > 1] select a insert into O;`;
    expect(analyze(chain).diagnostics[0]).toMatchObject({ code: 'limit.expression' });
  });

  it('refuses a text that is too long before reading it', () => {
    expect(analyze(' '.repeat(5_000_000)).diagnostics).toMatchObject([{ code: 'limit.text' }]);
  });

  it('gives at most a hundred messages', () => {
    expect(analyze('from ; '.repeat(1000)).diagnostics).toHaveLength(100);
  });
});
