import { describe, expect, it } from 'vitest';
import { analyze, compile, Engine, type AttributeType } from '../index.ts';
import { errorsOf, rowsOf, type Sent } from '../testing/run-app.ts';

const STREAM = 'define stream S (i int, l long, f float, d double, b bool, s string, t string, o object);';
const EVENT = ['S', 1000, 7, 9, 1.5, 2.5, true, '12', 'x', null] as const;
const NOTHING = ['S', 1000, null, null, null, null, null, null, null, null] as const;

function value(expression: string, event: typeof EVENT | typeof NOTHING = EVENT): unknown {
  return rowsOf(`${STREAM} from S select ${expression} as z insert into O;`, 'O', [event], { uuid: () => 'an id' })[0]?.[0];
}

function typeOf(expression: string): AttributeType | undefined {
  const { streams } = analyze(`${STREAM} from S select ${expression} as z insert into O;`);
  return streams.find((one) => one.name === 'O')?.attributes[0]?.type;
}

describe('convert(value, type)', () => {
  it.each([
    ["convert(i, 'long')", 'long', 7],
    ["convert(b, 'bool')", 'bool', true],
    ["convert(i, 'double')", 'double', 7],
    ["convert(i, 'string')", 'string', '7'],
    ["convert(d, 'int')", 'int', 2],
    ["convert(0.0 - d, 'int')", 'int', -2],
    ["convert(1e10, 'int')", 'int', 2_147_483_647],
    ["convert(4294967303L, 'int')", 'int', 7],
    ["convert(1e19, 'long')", 'long', 9_223_372_036_854_775_807n],
    ["convert(d, 'string')", 'string', '2.5'],
    ["convert(1e7, 'string')", 'string', '1.0E7'],
    ["convert(0.1f, 'string')", 'string', '0.1'],
    ["convert(0.1f, 'double')", 'double', Math.fround(0.1)],
    ["convert(0.1, 'float')", 'float', Math.fround(0.1)],
    ["convert(b, 'int')", 'int', 1],
    ["convert(b, 'string')", 'string', 'true'],
    ["convert(i, 'bool')", 'bool', false],
    ["convert(1, 'bool')", 'bool', true],
    ["convert('TRUE', 'bool')", 'bool', true],
    ["convert('yes', 'bool')", 'bool', false],
    ["convert(s, 'int')", 'int', 12],
    ["convert(s, 'double')", 'double', 12],
    ["convert(t, 'int')", 'int', null],
    ["convert(' 12', 'int')", 'int', null],
    ["convert(t, 'double')", 'double', null],
  ] as const)('%s is the %s %s', (expression, type, result) => {
    expect([typeOf(expression), value(expression)]).toEqual([type, result]);
  });

  it('of nothing is nothing', () => {
    expect(value("convert(i, 'string')", NOTHING)).toBeNull();
    expect(value("convert(b, 'bool')", NOTHING)).toBe(false);
  });
});

describe('cast(value, type)', () => {
  it.each([
    ["cast(o, 'string')", 'string', null],
    ["cast(i, 'int')", 'int', 7],
    ["cast(s, 'string')", 'string', '12'],
  ] as const)('%s says that a value is a %s and leaves it alone: %s', (expression, type, result) => {
    expect([typeOf(expression), value(expression)]).toEqual([type, result]);
  });
});

describe('choosing a value', () => {
  it.each([
    ["ifThenElse(i > 5, 'big', 'small')", 'big', 'small'],
    ['ifThenElse(b, i, 0)', 7, 0],
    ["ifThenElse(s is null, 'none', s)", '12', 'none'],
    ['coalesce(s, t)', '12', null],
    ["coalesce(s, 'none')", '12', 'none'],
    ['coalesce(i, 3)', 7, 3],
    ['default(i, 3)', 7, 3],
    ["default(s, '')", '12', ''],
    ['maximum(i, 3, 9)', 9, 9],
    ['maximum(d, 3.0, 2.0)', 3, 3],
    ['minimum(i, 3, 9)', 3, 3],
    ['minimum(0.0 - d, 1.0)', -2.5, 1],
    ['minimum(l, 3000000000L)', 9, 3_000_000_000],
  ])('%s is %s, and without values %s', (expression, result, otherwise) => {
    expect(value(expression)).toBe(result);
    expect(value(expression, NOTHING)).toBe(otherwise);
  });
});

describe('what a value is', () => {
  it.each([
    ['instanceOfInteger(i)', true],
    ['instanceOfLong(l)', true],
    ['instanceOfFloat(f)', true],
    ['instanceOfDouble(d)', true],
    ['instanceOfBoolean(b)', true],
    ['instanceOfString(s)', true],
    ['instanceOfLong(i)', false],
    ['instanceOfDouble(f)', false],
    ['instanceOfString(b)', false],
  ])('%s is %s, and of nothing false', (expression, result) => {
    expect(value(expression)).toBe(result);
    expect(value(expression, NOTHING)).toBe(false);
  });
});

describe('time and identity', () => {
  it.each([
    ['eventTimestamp()', 'long', 1000],
    ['currentTimeMillis()', 'long', 1000],
    ['UUID()', 'string', 'an id'],
  ] as const)('%s is the %s %s', (expression, type, result) => {
    expect([typeOf(expression), value(expression)]).toEqual([type, result]);
  });

  it('keeps the time of an event and that of the clock apart', () => {
    const rows = rowsOf(`${STREAM} from S select eventTimestamp() as own, currentTimeMillis() as clock insert into O;`, 'O', [EVENT, ['S', 400, ...EVENT.slice(2)]]);
    expect(rows).toEqual([[1000, 1000], [400, 1000]]);
  });
});

describe('cast(value, type)', () => {
  const CASTS = 'define stream S (s string, f float, o object);';
  const rows = (select: string, event: readonly unknown[]): unknown => rowsOf(`${CASTS} from S ${select} insert into O;`, 'O', [['S', 1, ...event]]);

  it.each([
    ["select cast(f, 'int') as z", [null, 1.5, null], [[1.5]]],
    ["select cast(f, 'int') + 1L as z", [null, 2, null], [[3]]],
    ["select cast(o, 'int') as z", [null, null, 'x'], [['x']]],
    ["select cast(o, 'int') + 1 as z", [null, null, 4], [[5]]],
    ["select cast(o, 'int') + 1 as z", [null, null, null], [[null]]],
    ["[cast(o, 'string') == 'x'] select s", ['yes', null, 5], []],
    ["[cast(o, 'bool')] select s", ['yes', null, true], [['yes']]],
  ] as const)('%s of %j gives %j', (select, event, wanted) => {
    expect(rows(select, event)).toEqual(wanted);
  });

  it.each([
    ["select cast(s, 'int') + 1 as z", ['5', null, null], 'A value was cast to int and is a string.'],
    ["[cast(o, 'double') > 1.0] select s", [null, null, 'x'], 'A value was cast to double and is a string.'],
    ["[cast(o, 'bool')] select s", [null, null, 1], 'A value was cast to bool and is a number.'],
    ["select sum(cast(o, 'long')) as z", [null, null, true], 'A value was cast to long and is a boolean.'],
  ] as const)('%s of %j is a fault of the event', (select, event, reason) => {
    const engine = new Engine(compile(`${CASTS} from S ${select} insert into O;`));
    const heard: string[] = [];
    engine.onFault((batch) => heard.push(batch.reason));
    engine.send('S', 1, [...event]);
    expect(heard).toEqual([reason]);
  });
});

describe('sets', () => {
  it.each([
    ['sizeOfSet(createSet(i))', 1],
    ['sizeOfSet(o)', 0],
  ])('%s is %s', (expression, result) => {
    expect(value(expression)).toBe(result);
  });

  it('grow with unionSet, and shrink when a window lets go', () => {
    const text = 'define stream S (s string); from S select createSet(s) as one insert into M; from M#window.length(2) select sizeOfSet(unionSet(one)) as n insert into O;';
    expect(rowsOf(text, 'O', [['S', 1, 'a'], ['S', 2, 'b'], ['S', 3, 'b'], ['S', 4, 'c']])).toEqual([[1], [2], [1], [2]]);
  });

  it('stay as they were put out', () => {
    const text = 'define stream S (s string); from S select createSet(s) as one insert into M; from M#window.length(2) select unionSet(one) as all insert into O;';
    const sent: Sent[] = ['a', 'b', 'b', 'b', 'c'].map((value, index) => ['S', index, value]);
    expect(rowsOf(text, 'O', sent)).toEqual([['a'], ['a', 'b'], ['b'], ['b'], ['b', 'c']].map((values) => [new Set(values)]));
  });
});

describe('what is wrong with a call', () => {
  it.each([
    ['ifThenElse(i, 1, 2)', 'ifThenElse takes a bool as its condition, found int.'],
    ["ifThenElse(b, 1, 'x')", 'ifThenElse takes two results of one type, found int and string.'],
    ['ifThenElse(b, 1)', 'ifThenElse takes three arguments, found 2.'],
    ['coalesce()', 'coalesce takes at least one argument, found 0.'],
    ['coalesce(i, d)', 'coalesce takes arguments of one type, found int and double.'],
    ['default(i, l)', 'default takes a constant as its second argument.'],
    ["default(i, 'x')", "default takes a default of the value's type int, found string."],
    ['maximum(i, d)', 'maximum takes arguments of one type, found int and double.'],
    ['minimum(s, t)', 'minimum takes numbers, found string.'],
    ["convert(i, 'number')", "convert takes as its second argument one of 'int', 'long', 'float', 'double', 'string', 'bool'."],
    ["convert(o, 'int')", "convert cannot make 'int' of an object, only 'string'."],
    ['instanceOfString()', 'instanceOfString takes one argument, found 0.'],
    ['currentTimeMillis(5)', 'currentTimeMillis takes no arguments, found 1.'],
    ['createSet(o)', 'createSet takes a number, a string or a bool, found object.'],
    ['sizeOfSet(i)', 'sizeOfSet takes a set, found int.'],
    ['iff(b, 1, 2)', "There is no function 'iff'."],
    ['maths:abs(i)', "There is no function 'maths:abs'."],
  ])('%s', (expression, message) => {
    expect(errorsOf(analyze(`${STREAM} from S select ${expression} as z insert into O;`)).map((one) => one.replace(/^\S+ /, ''))).toEqual([message]);
  });
});
