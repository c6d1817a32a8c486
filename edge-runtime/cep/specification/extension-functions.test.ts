import { describe, expect, it } from 'vitest';
import { analyze } from '../index.ts';
import { errorsOf, rowsOf } from '../testing/run-app.ts';

const STREAM = 'define stream S (k string, s string, i int, l long, f float, d double, b bool, o object);';
const EVENT = ['S', 1000, 'Hello World', 'o', 7, 9, 1.5, 2.5, true, null] as const;
const NOTHING = ['S', 1000, null, null, null, null, null, null, null, null] as const;

function value(expression: string, event: typeof EVENT | typeof NOTHING = EVENT): unknown {
  return rowsOf(`${STREAM} from S select ${expression} as z insert into Out;`, 'Out', [event])[0]?.[0];
}

/** Written so that a table of them reads as the reference of each namespace. */
const TABLES: [name: string, table: readonly (readonly [expression: string, result: unknown])[]][] = [];
function answers(name: string, table: readonly (readonly [expression: string, result: unknown])[]): void {
  TABLES.push([name, table]);
}

answers('math', [
  ['math:abs(i - 10)', 3],
  ['math:acos(1.0)', 0],
  ['math:asin(0.0)', 0],
  ['math:atan(1.0)', Math.PI / 4],
  ['math:atan(1.0, -1.0)', (3 * Math.PI) / 4],
  ['math:bin(i)', '111'],
  ['math:bin(i - 10)', '11111111111111111111111111111101'],
  ['math:cbrt(27.0)', 3],
  ['math:ceil(d)', 3],
  ["math:conv('7f', 16, 10)", '127'],
  ["math:conv('-ff', 16, 2)", '-11111111'],
  ["math:conv('9', 8, 10)", null],
  ['math:copySign(d, -1.0)', -2.5],
  ['math:cos(0.0)', 1],
  ['math:cosh(0.0)', 1],
  ['math:e()', Math.E],
  ['math:exp(0.0)', 1],
  ['math:floor(d)', 2],
  ['math:getExponent(d)', 1],
  ['math:getExponent(0.0)', -1023],
  ['math:hex(i - 8)', 'ffffffff'],
  ['math:hex(d)', '0x1.4p1'],
  ['math:hex(0.1)', '0x1.999999999999ap-4'],
  ['math:isInfinite(d / 1e-320)', true],
  ['math:isNan(math:sqrt(-1.0))', true],
  ['math:ln(1.0)', 0],
  ['math:log(8, 2)', 3],
  ['math:log10(1000)', 3],
  ['math:log2(8)', 3],
  ['math:max(i, d)', 7],
  ['math:min(i, d)', 2.5],
  ['math:oct(i + 1)', '10'],
  ["math:parseDouble('1.5e3')", 1500],
  ["math:parseFloat('0.1')", Math.fround(0.1)],
  ["math:parseInt('12')", 12],
  ["math:parseInt('twelve')", null],
  ["math:parseLong('9223372036854775807')", 9_223_372_036_854_775_807n],
  ['math:pi()', Math.PI],
  ['math:power(2, 10)', 1024],
  ['math:round(d)', 3],
  ['math:round(-2.5)', -2],
  ['math:signum(-3.5)', -1],
  ['math:sin(0.0)', 0],
  ['math:sinh(0.0)', 0],
  ['math:sqrt(d * 2.5)', 2.5],
  ['math:tan(0.0)', 0],
  ['math:tanh(0.0)', 0],
  ['math:toDegrees(math:pi())', 180],
  ['math:toRadians(180)', Math.PI],
]);

answers('str', [
  ['str:charAt(k, 1)', 'e'],
  ['str:charAt(k, 50)', null],
  ["str:charFrequency(k, 'l')", 3],
  ['str:coalesce(s, k)', 'o'],
  ['str:coalesce(f, 2.5f)', 1.5],
  ["str:concat(k, '-', convert(i, 'string'))", 'Hello World-7'],
  ["str:contains(k, 'World')", true],
  ["str:equalsIgnoreCase(k, 'hello WORLD')", true],
  ["str:fillTemplate('{{2}} of {{1}}', k, i)", '7 of Hello World'],
  ["str:fillTemplate('{{3}}', k, i)", null],
  ["str:fillTemplate('{{ pump }}: {{heat}} {{unit}}', map:create('pump', s, 'heat', d))", 'o: 2.5 unit'],
  ["str:fillTemplate('{{none}}', map:create('none', o))", null],
  ["str:fillTemplate('{{pump}}', o)", null],
  ["str:hex('MySQL')", '4d7953514c'],
  ['str:length(k)', 11],
  ["str:locate('o', k)", 5],
  ["str:locate('o', k, 6)", 8],
  ["str:locate('z', k)", 0],
  ['str:lower(k)', 'hello world'],
  ["str:regexp(k, 'H.*d')", true],
  ["str:regexp(k, 'World')", false],
  ['str:repeat(s, 3)', 'ooo'],
  ["str:replaceAll(k, 'o', '0')", 'Hell0 W0rld'],
  ["str:replaceAll(k, '(l+)', '<$1>')", 'He<ll>o Wor<l>d'],
  ["str:replaceAll(k, 'x*', '-')", '-H-e-l-l-o- -W-o-r-l-d-'],
  ["str:replaceFirst(k, '[a-z]+', '_')", 'H_ World'],
  ['str:reverse(k)', 'dlroW olleH'],
  ["str:split(k, ' ', 1)", 'World'],
  ["str:split(k, ' ', 5)", null],
  ["str:strcmp('abc', 'abd')", -1],
  ['str:substr(k, 6)', 'World'],
  ['str:substr(k, 2, 3)', 'llo'],
  ['str:substr(k, 0, 50)', null],
  ["str:substr(k, 'W.*')", 'World'],
  ["str:substr(k, '(l+)o', 1)", 'll'],
  ["str:trim('  x ')", 'x'],
  ["str:unhex('4D7953514C')", 'MySQL'],
  ["str:unhex('xy')", null],
  ['str:upper(k)', 'HELLO WORLD'],
]);

answers('regex', [
  ["regex:find('o', k)", true],
  ["regex:find('o', k, 8)", false],
  ["regex:matches('Hello', k)", false],
  ["regex:lookingAt('Hello', k)", true],
  ["regex:group('(H)(.)', k, 2)", 'e'],
  ["regex:group('(H)(.)', k, 7)", null],
]);

answers('time', [
  ['time:currentTimestamp()', '1970-01-01 00:00:01'],
  ["time:currentTimestamp('Asia/Tokyo')", '1970-01-01 09:00:01'],
  ['time:currentDate()', '1970-01-01'],
  ['time:currentTime()', '00:00:01'],
  ['time:utcTimestamp()', '1970-01-01 00:00:01'],
  ["time:date('2014/11/11 13:23', 'yyyy/MM/dd HH:mm')", '2014-11-11'],
  ["time:date('2014-11-11 13:23:44.657')", '2014-11-11'],
  ["time:dateAdd('2014-11-11 13:23:44', 2, 'year', 'yyyy-MM-dd HH:mm:ss')", '2016-11-11 13:23:44'],
  ["time:dateAdd('2014-01-31 13:23:44.657', 1, 'month')", '2014-02-28 13:23:44.657'],
  ["time:dateAdd(1415712224000L, 2, 'day')", '1415885024000'],
  ["time:dateSub('2014-11-11 13:23:44.657', 2, 'quarter')", '2014-05-11 13:23:44.657'],
  ["time:dateSub(1415712224000L, 2, 'minute')", '1415712104000'],
  ["time:dateDiff('2014-11-11', '2014-11-09', 'yyyy-MM-dd', 'yyyy-MM-dd')", 2],
  ['time:dateDiff(1415712224000L, 1415519024000L)', 2],
  ["time:dateFormat('2014-11-11 13:23:44', 'yyyy/MM/dd EEE hh:mm a', 'yyyy-MM-dd HH:mm:ss')", '2014/11/11 Tue 01:23 PM'],
  ["time:dateFormat(1415712224000L, 'EEEE d MMMM yy D u Z X')", 'Tuesday 11 November 14 315 2 +0000 Z'],
  ["time:dateFormat(1415712224000L, 'qqq')", null],
  ["time:dayOfWeek('2014-12-11', 'yyyy-MM-dd')", 'Thursday'],
  ["time:extract('year', '2014-3-11 02:23:44', 'yyyy-MM-dd hh:mm:ss')", 2014],
  ["time:extract('quarter', '2014-05-11 14:23:44.657')", 2],
  ["time:extract(1394556804000L, 'week')", 11],
  ["time:extract(1394556804000L, 'hour')", 16],
  ["time:timestampInMilliseconds('2007-11-30 10:30:19.123')", 1_196_418_619_123],
  ["time:timestampInMilliseconds('30 Nov 2007 +02:00', 'dd MMM yyyy Z')", 1_196_373_600_000],
  ["time:timestampInMilliseconds('yesterday')", null],
  ["time:timestampInMilliseconds('2007-11-30', 'yyyy-MM-DD')", Date.UTC(2007, 0, 30)],
  ["time:timestampInMilliseconds('2007-11-30 200', 'yyyy-MM-dd D')", Date.UTC(2007, 0, 200)],
  ["time:timestampInMilliseconds('200 2007-11-30', 'D yyyy-MM-dd')", Date.UTC(2007, 10, 30)],
  ["time:timezoneConvert('2014-11-11 13:23:44', 'yyyy-MM-dd HH:mm:ss', 'UTC', 'Asia/Colombo')", '2014-11-11 18:53:44'],
  ["time:timezoneConvert('2014-11-11 13:23:44', 'yyyy-MM-dd HH:mm:ss', 'UTC', 'Asia/Nowhere')", null],
]);

answers('list', [
  ['list:create(1, k, b)', [1, 'Hello World', true]],
  ['list:add(list:create(1, 2), 3)', [1, 2, 3]],
  ['list:add(list:create(1, 2), 9, 0)', [9, 1, 2]],
  ['list:add(list:create(1, 2), 9, 5)', null],
  ['list:addAll(list:create(1), list:create(1, 3), true)', [1, 3]],
  ['list:clear(list:create(1))', []],
  ['list:clone(list:create(1))', [1]],
  ['list:contains(list:create(1, 2), 2)', true],
  ['list:containsAll(list:create(1, 2), list:create(2, 3))', false],
  ['list:containsAny(list:create(1, 2), list:create(2, 3))', true],
  ['list:get(list:create(1, 2), 1)', 2],
  ['list:get(list:create(1, 2), 7)', null],
  ['list:indexOf(list:create(1, 2, 1), 1)', 0],
  ['list:lastIndexOf(list:create(1, 2, 1), 1)', 2],
  ['list:isEmpty(list:create())', true],
  ['list:isList(k)', false],
  ['list:remove(list:create(1, 2, 1), 1)', [2, 1]],
  ['list:removeAll(list:create(1, 2, 1), list:create(1))', [2]],
  ['list:removeByIndex(list:create(1, 2, 3), 1)', [1, 3]],
  ['list:retainAll(list:create(1, 2, 1), list:create(1))', [1, 1]],
  ['list:setValue(list:create(1, 2), 1, 9)', [1, 9]],
  ['list:size(list:create(1, 2))', 2],
  ['list:sort(list:create(3, 1, 2))', [1, 2, 3]],
  ["list:sort(list:create('b', 'a', 'c'), 'DESC')", ['c', 'b', 'a']],
  ["list:sort(list:create('b', 'a', 'c'), 'rev')", ['c', 'a', 'b']],
  ['list:sort(list:create(2, 1), k)', null],
]);

answers('map', [
  ["map:create('a', 1, 'b', k)", new Map<string, unknown>([['a', 1], ['b', 'Hello World']])],
  ["map:put(map:create('a', 1), 'a', 2)", new Map([['a', 2]])],
  ["map:putAll(map:create('a', 1), map:create('b', 2))", new Map([['a', 1], ['b', 2]])],
  ["map:putIfAbsent(map:create('a', 1), 'a', 2)", new Map([['a', 1]])],
  ["map:get(map:create('a', 1), 'a')", 1],
  ["map:get(map:create('a', 1), 'z', 'none')", 'none'],
  ["map:containsKey(map:create('a', 1), 'a')", true],
  ["map:containsValue(map:create('a', 1), 1)", true],
  ['map:isEmpty(map:create())', true],
  ['map:isMap(list:create())', false],
  ["map:keys(map:create('a', 1))", ['a']],
  ["map:values(map:create('a', 1))", [1]],
  ["map:size(map:create('a', 1))", 1],
  ["map:remove(map:create('a', 1, 'b', 2), 'a')", new Map([['b', 2]])],
  ["map:replace(map:create('a', 1), 'b', 7)", new Map([['a', 1]])],
  ["map:replaceAll(map:create('a', 1), map:create('a', 5, 'c', 6))", new Map([['a', 5]])],
  ["map:combineByKey(map:create('a', 1), map:create('a', 2, 'b', 3))", new Map([['a', [1, 2]], ['b', [3]]])],
  ["map:clear(map:create('a', 1))", new Map()],
  ["map:clone(map:create('a', 1))", new Map([['a', 1]])],
  ["map:toJSON(map:create('a', 1, 'b', 'x'))", '{"a":1,"b":"x"}'],
  ["map:toXML(map:create('a', 1, 'b', 'x<y'), 'root')", '<root><a>1</a><b>x&lt;y</b></root>'],
  ['map:createFromJSON("""{"a":1,"b":{"c":[1,2]}}""")', new Map<string, unknown>([['a', 1], ['b', '{"c":[1,2]}']])],
  ['map:createFromJSON(k)', null],
  [`map:createFromJSON("{'a': 1.5, b: true, 'c': [1, 'x']}")`, new Map<string, unknown>([['a', 1.5], ['b', true], ['c', '[1,"x"]']])],
  ["map:createFromXML('<r><a>1</a><b at=\"x\"><c>2 &amp; 3</c></b></r>')", new Map<string, unknown>([['a', '1'], ['b', new Map([['c', '2 & 3']])]])],
  ["map:createFromXML('<r><a></r>')", null],
]);

const JSON_TEXT = '"""{"pump":{"name":"p-1","values":[1,2.5,3],"on":true,"big":3000000000},"tags":[{"k":"a"},{"k":"b"}]}"""';
answers('json', [
  [`json:getString(${JSON_TEXT}, '$.pump.name')`, 'p-1'],
  [`json:getString(${JSON_TEXT}, '$.pump.values')`, '[1,2.5,3]'],
  [`json:getInt(${JSON_TEXT}, '$.pump.values[0]')`, 1],
  [`json:getInt(${JSON_TEXT}, '$.pump.values[1]')`, null],
  [`json:getInt(${JSON_TEXT}, '$.pump.big')`, null],
  [`json:getLong(${JSON_TEXT}, '$.pump.big')`, 3_000_000_000],
  [`json:getDouble(${JSON_TEXT}, '$.pump.values[-1]')`, 3],
  [`json:getFloat(${JSON_TEXT}, '$.pump.values[1]')`, 2.5],
  [`json:getBool(${JSON_TEXT}, '$.pump.on')`, true],
  [`json:getObject(${JSON_TEXT}, '$.tags[*].k')`, ['a', 'b']],
  [`json:getObject(${JSON_TEXT}, '$..k')`, ['a', 'b']],
  [`json:isExists(${JSON_TEXT}, "$['pump']['on']")`, true],
  [`json:isExists(${JSON_TEXT}, '$.pump.off')`, false],
  [`json:getString(${JSON_TEXT}, 'pump.name')`, 'p-1'],
  ["json:getString('not json', '$.a')", null],
  [`json:getString("{'name': 'pump 1', 'on': true}", '$.name')`, 'pump 1'],
  [`json:getString("""{"a": 'it\\'s "on"', 'b': 2}""", '$.a')`, 'it\'s "on"'],
  [`json:getString("{'a': 'b", '$.a')`, null],
  [`json:toString(json:setElement(json:toObject("""{"a":{"b":1}}"""), '$.a', 5, 'c'))`, '{"a":{"b":1,"c":5}}'],
  [`json:toString(json:setElement("""{"a":[1]}""", '$.a', 2))`, '{"a":[1,2]}'],
  [`json:toString(json:setElement("""{"a":1}""", '$.a', 'x'))`, '{"a":"x"}'],
  ['json:toObject("[1,2]")', [1, 2]],
]);

describe.each(TABLES)('%s', (_, table) => {
  it.each(table)('%s', (expression, result) => {
    expect(value(expression)).toEqual(result);
  });
});

describe('every function of a namespace', () => {
  it('gives null, or false, where its arguments are missing', () => {
    for (const [expression, result] of [
      ['math:abs(i)', null], ['math:isNan(d)', false], ['str:length(k)', null], ['str:contains(k, s)', false], ['str:concat(k, s)', ''], ['str:coalesce(k, s)', null],
      ['time:date(k)', null], ['regex:find(k, s)', false], ["json:getInt(k, '$.a')", null], ['list:size(o)', null], ['list:create(k)', [null]], ['map:size(o)', null],
    ] as const) expect(value(expression, NOTHING), expression).toEqual(result);
  });

  it('never changes a list or a map that another event holds', () => {
    const app = `${STREAM} from S select list:create(1) as held insert into A; from A select held, list:add(held, 2) as longer insert into B; from A select held as z insert into Out;`;
    expect(rowsOf(app, 'Out', [EVENT])).toEqual([[[1]]]);
  });

  it.each([
    ['math:acos(i)', 'math:acos takes float or double, found int.'],
    ['math:abs()', 'math:abs takes number, found nothing.'],
    ['math:foo(i)', "There is no function 'math:foo'."],
    ['math:rand()', 'math:rand is not known here: a rule draws no random numbers, so that it gives the same answer whenever it is asked.'],
    ["str:regexp(k, '[')", 'str:regexp takes a regular expression: the [ at 1 is not closed.'],
    ["str:replaceAll(k, '(a)\\1', '')", 'str:replaceAll takes a regular expression: what refers back to a group, at 4, cannot be run in linear time.'],
    ['str:length(i)', 'str:length takes string, found int.'],
    ['str:concat(k, i)', 'str:concat takes string, string, string, …, found string, int.'],
    ["time:dateDiff(k, k, 'yyyy')", 'time:dateDiff takes string, string or string, string, string, string or long, long, found string, string, string.'],
    ['str:concat(k)', 'str:concat takes string, string, string, …, found string.'],
    ["json:getInt(k, 'a b')", "json:getInt takes a path such as '$.pump.values[0]', found 'a b'."],
    ["map:create('a')", 'map:create takes keys and values in turn, found 1 of them.'],
    ["time:extract('fortnight', k)", "time:extract takes a unit such as 'year', 'month' or 'hour', found 'fortnight'."],
    ['list:size(k)', 'list:size takes object, found string.'],
    ["list:sort(list:create(1), 'up')", "list:sort takes 'asc', 'desc' or 'rev', found 'up'."],
    ['str:coalesce(i, l)', 'str:coalesce takes arguments of one type, found int and long.'],
  ])('%s', (expression, message) => {
    expect(errorsOf(analyze(`${STREAM} from S select ${expression} as z insert into Out;`)).map((one) => one.replace(/^\d+:\d+ /, ''))).toEqual([message]);
  });
});

describe('aggregators of the namespaces', () => {
  const sent = [['S', 1, 'a', 'x', 1, 1, 1, 2.5, true, null], ['S', 2, 'b', 'x', 2, 1, 1, -0.5, true, null], ['S', 3, 'a', 'y', 3, 1, 1, 0, true, null]] as const;
  const last = (expression: string, window = ''): unknown => rowsOf(`${STREAM} from S${window} select ${expression} as z insert into Out;`, 'Out', sent).at(-1)?.[0];

  it.each([
    ['math:percentile(d, 50.0)', '', 0],
    ['math:percentile(d, 100.0)', '', 2.5],
    ['math:percentile(d, 50.0)', '#window.length(2)', -0.25],
    ['str:groupConcat(k)', '', 'a,b,a'],
    ["str:groupConcat(k, '-', true)", '', 'a-b'],
    ["str:groupConcat(k, '-', false, 'DESC')", '', 'b-a-a'],
    ['str:groupConcat(k)', '#window.length(2)', 'b,a'],
    ['list:collect(i)', '', [1, 2, 3]],
    ['list:collect(k, true)', '', ['a', 'b']],
    ['list:merge(list:create(k, i))', '#window.length(2)', ['b', 2, 'a', 3]],
    ['map:collect(k, i)', '', new Map([['a', 3], ['b', 2]])],
    ['map:merge(map:create(s, i))', '', new Map([['x', 2], ['y', 3]])],
    ["json:group(str:concat('{\"v\":', convert(i, 'string'), '}'))", '#window.length(2)', '[{"v":2},{"v":3}]'],
    ["json:groupAsObject(str:concat('{\"v\":', convert(i, 'string'), '}'), 'all')", '#window.lengthBatch(3)', { all: [{ v: 1 }, { v: 2 }, { v: 3 }] }],
  ])('%s over S%s', (expression, window, result) => {
    expect(last(expression, window)).toEqual(result);
  });

  it.each([
    ['math:percentile(d, 0.0)', 'math:percentile takes a percentile above 0 and up to 100, found 0.'],
    ['math:percentile(d, f)', 'math:percentile takes constants after its first argument.'],
    ['str:groupConcat(i)', "str:groupConcat is written str:groupConcat(string, [separator], [distinct], ['ASC' or 'DESC']), found int."],
    ["str:groupConcat(k, ',', true, 'UP')", "str:groupConcat takes 'ASC' or 'DESC', found 'UP'."],
  ])('%s', (expression, message) => {
    expect(errorsOf(analyze(`${STREAM} from S select ${expression} as z insert into Out;`)).map((one) => one.replace(/^\d+:\d+ /, ''))).toEqual([message]);
  });

  it('count each group for itself, and leave out a text that is missing', () => {
    const rows = rowsOf(`${STREAM} from S select s, str:groupConcat(k) as z group by s insert into Out;`, 'Out', [...sent, ['S', 4, null, 'x', 4, 1, 1, 0, true, null]]);
    expect(rows).toEqual([['x', 'a'], ['x', 'a,b'], ['y', 'a'], ['x', 'a,b']]);
  });

  it('stand in select, in having and in filters only', () => {
    expect(errorsOf(analyze(`${STREAM} from S as a join S as b on math:percentile(a.d, 5.0) > 1.0 select a.k as k insert into Out;`))).toEqual([expect.stringContaining('math:percentile is an aggregator')]);
  });
});
