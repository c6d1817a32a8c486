import { describe, expect, it } from 'vitest';
import { analyze, compile, Engine, type Row } from '../index.ts';
import { errorsOf, rowsOf, sendAll, type Sent } from '../testing/run-app.ts';
import { specify } from '../testing/specify.ts';

const STREAM = 'define stream S (x double, z double, y double);';

/** Near y = 2 x + 1, and near y = 2 x + 2 z + 1 in the second list. */
const LINE: readonly Sent[] = [3.1, 4.9, 7.2, 8.8, 11.1, 12.9].map((y, index) => ['S', index * 10, index + 1, 0, y]);
const PLANE: readonly Sent[] = ([[5, 13.1], [3, 11], [8, 23.1], [1, 10.9], [9, 28.9], [4, 21.1]] as const).map(([z, y], index) => ['S', index * 10, index + 1, z, y]);

/** Rounded, since the last digits of a fit are nobody's. */
const rounded = (...names: string[]): string => `select ${names.map((name) => `math:round(${name} * 1000000.0) as ${name}6`).join(', ')} insert into O;`;
const COEFFICIENTS = rounded('stderr', 'beta0', 'beta1');

describe('timeseries:regress', () => {
  specify(STREAM, [
    [
      'adds the standard error and the coefficients of the line; those that might be 0 by the t-test are',
      `from S#timeseries:regress(y, x) ${COEFFICIENTS}`,
      LINE,
      [[0, 0, 0], [0, 0, 0], [204_124, 0, 2_050_000], [202_485, 1_150_000, 1_940_000], [188_856, 1_050_000, 1_990_000], [166_476, 1_080_000, 1_977_143]],
    ],
    ['keeps weak coefficients where little confidence is asked for', `from S#timeseries:regress(1, 100, 0.5, y, x) ${COEFFICIENTS}`, LINE.slice(0, 3), [[0, 0, 0], [0, 0, 0], [204_124, 966_667, 2_050_000]]],
    ['takes the newest of a batch', `from S#timeseries:regress(1, 4, 0.5, y, x) ${COEFFICIENTS}`, LINE, [[0, 0, 0], [0, 0, 0], [204_124, 966_667, 2_050_000], [202_485, 1_150_000, 1_940_000], [221_359, 930_000, 2_020_000], [202_485, 1_270_000, 1_940_000]]],
    ['answers one event of an interval and leaves the others out', `from S#timeseries:regress(3, 100, 0.5, y, x) ${COEFFICIENTS}`, LINE, [[204_124, 966_667, 2_050_000], [166_476, 1_080_000, 1_977_143]]],
    ['takes several variables', `from S#timeseries:regress(y, x, z) ${rounded('stderr', 'beta0', 'beta1', 'beta2')}`, PLANE, [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [13_608, 1_001_852, 1_967_284, 2_024_691], [55_956, 1_100_485, 1_941_262, 2_014_563], [120_368, 1_043_174, 1_984_799, 2_005_339]]],
    ['says nothing where a variable follows from the others', `from S#timeseries:regress(y, x, x) ${rounded('stderr', 'beta0', 'beta1', 'beta2')}`, LINE.slice(4), [[0, 0, 0, 0], [0, 0, 0, 0]]],
    ['an event without a value adds nothing and goes on without an answer', 'from S#timeseries:regress(y, x) select x, stderr, beta1 insert into O;', [['S', 1, 1, 0, null]], [[1, null, null]]],
    ['computes with its arguments, and what follows filters by what it added', `from S#timeseries:regress(y * 2.0, x)[beta1 > 4.0] ${rounded('beta1')}`, LINE, [[4_100_000]]],
    ['goes before a window', `from S#timeseries:regress(y, x)#window.length(2) select count() as n insert into O;`, LINE.slice(0, 3), [[1], [2], [2]]],
  ]);

  it('is exact for numbers as large as times', () => {
    const start = 1_700_000_000_000;
    const sent = LINE.map((one, index): Sent => ['S', index, start + index, 0, Array.isArray(one) ? one[4] : 0]);
    const [last = []] = rowsOf(`${STREAM} from S#timeseries:regress(y, x) select beta1, stderr insert into O;`, 'O', sent).slice(-1);
    expect(last[0]).toBeCloseTo(1.977142857142857, 11);
    expect(last[1]).toBeCloseTo(0.16647608150808246, 11);
  });

  it('loses nothing when thousands of events have come and gone', () => {
    const text = (call: string): string => `define stream S (x double, y double); from S#timeseries:${call} select stderr, beta0, beta1 insert into O;`;
    const events = Array.from({ length: 5000 }, (_, index): Sent => ['S', index, (index * 7919) % 1000, ((index * 7919) % 1000) * 0.5 + ((index * 104_729) % 97)]);
    const sliding = rowsOf(text('regress(1, 50, 0.0, y, x)'), 'O', events).at(-1);
    const fresh = rowsOf(text('regress(y, x)'), 'O', events.slice(-50)).at(-1);
    [0, 1, 2].forEach((column) => expect(Number(sliding?.[column])).toBeCloseTo(Number(fresh?.[column]), 9));
  });
});

describe('timeseries:lengthTimeRegress', () => {
  specify(STREAM, [
    ['takes the events of the last while', `from S#timeseries:lengthTimeRegress(40, 100, 1, 0.5, y, x) ${COEFFICIENTS}`, LINE, [[0, 0, 0], [0, 0, 0], [204_124, 966_667, 2_050_000], [202_485, 1_150_000, 1_940_000], [221_359, 930_000, 2_020_000], [202_485, 1_270_000, 1_940_000]]],
    ['and never more than a number of them', `from S#timeseries:lengthTimeRegress(1 min, 4, 1, 0.5, y, x) ${rounded('beta1')}`, LINE.slice(2), [[0], [0], [1_950_000], [1_940_000]]],
    ['needs neither interval nor confidence', `from S#timeseries:lengthTimeRegress(1 min, 100, y, x) ${rounded('beta1')}`, LINE, [[0], [0], [2_050_000], [1_940_000], [1_990_000], [1_977_143]]],
  ]);
});

describe('timeseries:forecast', () => {
  specify(STREAM, [
    ['adds what y will be at another x, by the line so far', `from S#timeseries:forecast(x + 1.0, y, x) ${rounded('forecastY')}`, LINE, [[0], [0], [8_200_000], [10_850_000], [12_990_000], [14_920_000]]],
    ['with interval, batch and confidence', `from S#timeseries:forecast(3, 100, 0.5, 10.0, y, x) ${rounded('forecastY')}`, LINE, [[21_466_667], [20_851_429]]],
    ['lengthTimeForecast takes the events of the last while', `from S#timeseries:lengthTimeForecast(40, 100, 10.0, 1, 0.5, y, x) ${rounded('forecastY')}`, LINE.slice(0, 5), [[0], [0], [21_466_667], [20_550_000], [21_130_000]]],
  ]);
});

describe('timeseries:outlier', () => {
  const odd: readonly Sent[] = [...LINE, ['S', 60, 7, 0, 15], ['S', 70, 8, 0, 30], ['S', 80, 9, 0, 19]];
  specify(STREAM, [
    ['tells an event that lies so many standard errors from the line before it', 'from S#timeseries:outlier(3, y, x) select x, outlier insert into O;', odd, [[1, false], [2, false], [3, false], [4, false], [5, false], [6, false], [7, false], [8, true], [9, false]]],
    ['with interval, batch and confidence', 'from S#timeseries:outlier(1, 100, 0.95, 3, y, x) select x, outlier insert into O;', odd, [[1, false], [2, false], [3, false], [4, false], [5, false], [6, false], [7, false], [8, true], [9, false]]],
    ['judges by the last regression, however many events ago', 'from S#timeseries:outlier(4, 100, 0.95, 3, y, x)[outlier] select x insert into O;', odd, [[8]]],
    ['lengthTimeOutlier takes the events of the last while', 'from S#timeseries:lengthTimeOutlier(1 min, 100, 3, y, x)[outlier] select x insert into O;', odd, [[8]]],
  ]);
});

describe('timeseries:kalmanMinMax and timeseries:kernelMinMax', () => {
  /** Up and down in steps of 1, from 0, turning every `half` events. */
  const zigzag = (half: number, count: number): Sent[] => Array.from({ length: count }, (_, index): Sent => ['S', index, index, 0, half - Math.abs((index % (2 * half)) - half)]);
  specify(STREAM, [
    ['kernel: the events at which the smooth line turns down', "from S#timeseries:kernelMinMax(y, 1.0, 9, 'max') select x, y, extremaType insert into O;", zigzag(4, 24), [[4, 4, 'max'], [12, 4, 'max'], [20, 4, 'max']].slice(0, 3)],
    ['kernel: up', "from S#timeseries:kernelMinMax(y, 1.0, 9, 'min') select x, extremaType insert into O;", zigzag(4, 24), [[8, 'min'], [16, 'min']]],
    ['kernel: both, in their order', "from S#timeseries:kernelMinMax(y, 1.0, 9, 'minmax') select x, extremaType insert into O;", zigzag(4, 24), [[4, 'max'], [8, 'min'], [12, 'max'], [16, 'min'], [20, 'max']]],
    ['kalman: the same for slow waves', "from S#timeseries:kalmanMinMax(y, 0.1, 0.01, 40, 'minmax') select x, extremaType insert into O;", zigzag(15, 100), [[15, 'max'], [30, 'min'], [45, 'max'], [60, 'min'], [75, 'max']]],
    ['nothing turns in a line', "from S#timeseries:kernelMinMax(y, 1.0, 9, 'minmax') select x insert into O;", zigzag(100, 60), []],
    ['an event without a value is none', "from S#timeseries:kernelMinMax(y, 1.0, 9, 'minmax') select x insert into O;", [['S', 1, 1, 0, null]], []],
  ]);
});

describe('a function of timeseries', () => {
  it('remembers for each key of a partition', () => {
    const text = 'define stream S (k string, x double, y double); partition with (k of S) begin from S#timeseries:regress(1, 100, 0.0, y, x) select k, math:round(beta1) as b insert into O; end;';
    const sent = [1, 2, 3].flatMap((x): Sent[] => [['S', x, 'a', x, x * 2 + (x % 2)], ['S', x, 'b', x, x * -5 + (x % 2)]]);
    expect(rowsOf(text, 'O', sent).slice(-2)).toEqual([['a', 2], ['b', -5]]);
  });

  it('goes on in a new version of the app as long as it is fed the same', () => {
    const text = (select: string): string => `${STREAM} from S#timeseries:regress(y, x) select ${select} insert into O;`;
    const before = new Engine(compile(text('beta1')));
    sendAll(before, LINE.slice(0, 5));
    const after = new Engine(compile(text('beta1, beta0')));
    expect(after.takeOver(before.snapshot())).toEqual([]);
    const rows: Row[] = [];
    after.onStream('O', (batch) => rows.push(...batch.rows));
    sendAll(after, LINE.slice(5));
    expect(rows[0]?.[0]).toBeCloseTo(1.977142857142857, 12);
    const other = new Engine(compile(`${STREAM} from S#timeseries:regress(y, z) select beta1 insert into O;`));
    expect(other.takeOver(before.snapshot())).toEqual(['timeseries:regress of S']);
  });

  it.each([
    ['timeseries:regress(y)', ['2:8 timeseries:regress is written timeseries:regress([interval, batch, confidence,] y, x, …), found double.']],
    ["timeseries:regress('1', 100, 0.95, y, x)", ['2:8 timeseries:regress is written timeseries:regress([interval, batch, confidence,] y, x, …), found a string constant, an int constant, a double constant, double, double.']],
    ['timeseries:regress(1, 100, 1, y, x)', ['2:8 timeseries:regress takes a confidence from 0.0 to 1.0.']],
    ['timeseries:regress(1, 100, 2.0, y, x)', ['2:8 timeseries:regress takes a confidence from 0.0 to 1.0.']],
    ['timeseries:regress(1, 100000000, 0.9, y, x)', ['2:8 timeseries:regress takes a batch of at most 100000 events.']],
    ['timeseries:regress(0, 100, 0.9, y, x)', ['2:8 timeseries:regress is written timeseries:regress([interval, batch, confidence,] y, x, …), found an int constant, an int constant, a double constant, double, double.']],
    ['timeseries:forecast(5.0, y, x, z)', ['2:8 timeseries:forecast is written timeseries:forecast([interval, batch, confidence,] next x, y, x), found a double constant, double, double, double.']],
    ["timeseries:kernelMinMax(y, 1.0, 7, 'top')", ["2:8 timeseries:kernelMinMax takes 'min', 'max' or 'minmax' last."]],
    ["timeseries:kernelMinMax(y, 0.0, 7, 'max')", ['2:8 timeseries:kernelMinMax takes a bandwidth above 0.']],
    ["timeseries:kalmanMinMax(y, 0.1, 0.1, 5000, 'max')", ['2:8 timeseries:kalmanMinMax takes a window size from 3 to 1000, found 5000.']],
    ['timeseries:regres(y, x)', ["2:19 There is no stream function 'timeseries:regres'."]],
  ])('%s is refused', (call, errors) => {
    expect(errorsOf(analyze(`${STREAM}\nfrom S#${call} select x insert into O;`))).toEqual(errors);
  });

  it('stands before a window', () => {
    expect(errorsOf(analyze(`${STREAM}\nfrom S#window.length(5)#timeseries:regress(y, x) select x insert into O;`))).toEqual(['2:24 timeseries:regress stands before the window, since it remembers events of its own.']);
  });
});
