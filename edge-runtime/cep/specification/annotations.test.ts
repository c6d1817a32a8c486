import { describe, expect, it } from 'vitest';
import { analyze } from '../index.ts';
import { errorsOf } from '../testing/run-app.ts';

const errors = (text: string): string[] => errorsOf(analyze(text)).map((one) => one.replace(/^\d+:\d+ /, ''));
const STREAM = 'define stream S (k string, v int);';

describe('annotations of an app', () => {
  it.each(["@app:name('a b')", "@App:name('x')", "@app:description('x')", "@app:statistics(reporter='console', interval='5')", '@app:enforceOrder', '@app:playback', "@app:playback(idle.time='100 millisec', increment='2 sec')"])('%s is taken', (annotation) => {
    expect(analyze(`${annotation} ${STREAM}`).diagnostics).toEqual([]);
  });

  it.each([
    ["@app:async(buffer.size='16')", '@app:async is not known; @async belongs to a stream.'],
    ["@app:name('a') @app:name('b')", '@app:name is said twice.'],
    ["@app:playback(increment='2 sec')", "@app:playback takes both 'idle.time' and 'increment', and 'idle.time' is missing."],
    ["@app:playback(idle.time='soon', increment='2 sec')", "'idle.time' of @app:playback is a time such as '100 millisec', found 'soon'."],
    ["@app:playback('true')", "@app:playback takes 'idle.time' and 'increment', found 'true'."],
  ])('%s is refused', (annotation, message) => {
    expect(errors(`${annotation} ${STREAM}`)).toContain(message);
  });

  it('stand before all definitions', () => {
    expect(errors(`${STREAM} @app:name('x') from S select k insert into O;`)).toEqual(['@app:name is said of the whole app, before all definitions.']);
  });

  it('warns of one that means nothing', () => {
    expect(analyze(`@app:nmae('x') ${STREAM}`).diagnostics).toMatchObject([{ severity: 'warning', message: '@app:nmae is not known and has no effect.', hint: "Did you mean 'app:name'?" }]);
  });
});

describe('annotations of a stream', () => {
  it.each([
    ["@sink(type='http', publisher.url='http://x/{{key}}')", "@sink names '{{key}}', which is no attribute of 'S'."],
    ["@sink(type='http', publisher.url='http://x', @map(type='json', @payload('{\"v\": {{ w }}}')))", "@payload names '{{w}}', which is no attribute of 'S'."],
  ])('%s names no attribute', (annotation, message) => {
    expect(errors(`${annotation} ${STREAM}`)).toEqual([message]);
  });

  it('@distribution is refused, since a sink sends to one destination', () => {
    expect(errors(`@sink(type='log', @distribution(strategy='broadcast', @destination(prefix='a'), @destination(prefix='b'))) ${STREAM}`)).toEqual(['A sink sends to one destination; @distribution is not supported.']);
    expect(errors(`@sink(type='log', prefix='a') @sink(type='log', prefix='b') ${STREAM}`)).toEqual([]);
  });

  it.each(["@source(type='anything')", "@sink(type='anything', @map(type='anything'))"])('%s is taken: what can be connected is for the host to say', (annotation) => {
    expect(errors(`${annotation} ${STREAM}`)).toEqual([]);
  });

  it.each([
    ["@async(buffer.size='many')", "'buffer.size' of @async is a whole number from 1 up, found 'many'."],
    ["@async(buffer.size='16', workers='0')", "'workers' of @async is a whole number from 1 up, found '0'."],
    ['@async()', "Found ')', expected a value in quotes."],
    ["@log:level(value='1')", "Found ':', expected 'define', 'from' or 'partition'."],
  ])('%s is refused', (annotation, message) => {
    expect(errors(`${annotation} ${STREAM}`)).toEqual([message]);
  });
});

describe('keys of a table, and what changes it', () => {
  it.each([
    ["@primaryKey('k') @primaryKey('v')", "'T' has a primary key already."],
    ["@primaryKey('z')", "The table 'T' has no attribute 'z'."],
    ["@index('k', 'v')", 'An index is over one attribute, found 2.'],
    ["@index('k') @index('k')", "'T' has an index over 'k' already."],
    ['@primaryKey', "The primary key of 'T' names no attribute."],
    ['@index', 'An index is over one attribute, found 0.'],
    ["@IndexBy('k')", '@IndexBy is not known any more.'],
    ["@store(type='rdbms')", 'Tables are in memory; @store is not supported.'],
  ])('%s', (annotation, message) => {
    expect(errors(`${STREAM} ${annotation} define table T (k string, v int);`)).toEqual([message]);
  });

  it.each([
    ['delete T', "Say with 'on' which rows of 'T' are meant."],
    ['update T', "Say with 'on' which rows of 'T' are meant."],
    ['select k as other update T on T.k == other', "The table 'T' has no attribute 'other', which this query puts out."],
    ['select k, sum(v) as v update T on T.k == k', "'v' of 'T' is int, and this query puts out long."],
    ['update T set T.z = v on T.k == k', "The table 'T' has no attribute 'z'."],
    ['update T set T.v = k on T.k == k', "'v' of 'T' is int, found string."],
    ['update or insert into T set T.v = sum(v) on T.k == k', "sum is an aggregator; it stands in 'select', in 'having' or in a stream's filter only."],
    ['select k insert into T', "The table 'T' has (k string, v int), this query puts out (k string)."],
  ])('from S %s', (query, message) => {
    expect(errors(`${STREAM} define table T (k string, v int); from S ${query};`)).toEqual([message]);
  });
});
