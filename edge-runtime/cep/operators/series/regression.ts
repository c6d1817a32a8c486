import type { Row } from '../../api.ts';
import type { RegressionSetting } from '../../plan/time-series.ts';
import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import type { OperatorContext } from '../operator-context.ts';
import { CURRENT, rowOf, type EventType, type Payload, type Stage, type Stateful } from '../stage.ts';
import { SlidingTriangle } from './sliding-triangle.ts';
import { studentTails } from './student.ts';
import { Triangle, type Fit } from './triangle.ts';

/** How rows are told to be made of others. */
export type Derived = ((row: Row, from: Row) => void) | undefined;

/**
 * `timeseries:regress` and its kin: each event goes on with the coefficients of the linear regression over the events so
 * far, itself among them. Coefficients that might as well be 0 by Student's t-test are 0.
 */
export class Regression implements Stage, Stateful {
  private readonly setting: RegressionSetting;
  private readonly values: (timestamp: number, payload: Payload) => unknown[];
  private readonly context: OperatorContext;
  private readonly next: Stage;
  private readonly derived: Derived;
  private readonly width: number;
  /** Of all events; where only some count, `sliding` has them. */
  private whole: Triangle;
  private sliding: SlidingTriangle | undefined;
  /** The first event's values, from which all are counted, so that large ones such as times stay exact. */
  private origin: number[] = [];
  private since = 0;
  /** The standard error and the coefficients of the last regression that there was. */
  private latest: number[] = [];
  private some = false;

  constructor(setting: RegressionSetting, values: (timestamp: number, payload: Payload) => unknown[], context: OperatorContext, next: Stage, derived: Derived) {
    this.setting = setting;
    this.values = values;
    this.context = context;
    this.next = next;
    this.derived = derived;
    this.width = setting.variables + 2;
    this.whole = new Triangle(this.width);
    if (setting.batch !== undefined || setting.duration !== undefined) this.sliding = new SlidingTriangle(this.width);
  }

  event(type: EventType, timestamp: number, payload: Payload): void {
    // What leaves a named window takes nothing back.
    if (type !== CURRENT) return;
    const { result, every, variables } = this.setting;
    const given = this.values(timestamp, payload);
    const extra = result === 'coefficients' ? undefined : given.shift();
    const [y, ...xs] = given;
    const numbers = [...xs, y].map((one) => (one === null || one === undefined ? Number.NaN : Number(one)));
    const row = rowOf(payload);
    if (numbers.some((one) => !Number.isFinite(one))) {
      this.put(timestamp, row, [...new Array<null>(variables + 2).fill(null), ...(result === 'coefficients' ? [] : [null])]);
      return;
    }
    const outlier = result === 'outlier' && this.isOutlier(Number(extra), numbers);
    this.take(numbers);
    this.since++;
    if (this.since < every) return;
    this.since = 0;
    const coefficients = this.coefficients();
    const [, constant = 0, slope = 0] = coefficients;
    const added = result === 'coefficients' ? [] : result === 'outlier' ? [outlier] : [extra === null || extra === undefined ? null : constant + slope * Number(extra)];
    this.put(timestamp, row, [...coefficients, ...added]);
  }

  private put(timestamp: number, row: Row, added: readonly unknown[]): void {
    const extended = [...row, ...added];
    this.derived?.(extended, row);
    this.some = true;
    this.next.event(CURRENT, timestamp, extended);
  }

  /** Whether an event lies outside of what the last regression has it expect. */
  private isOutlier(range: number, [x = 0, y = 0]: readonly number[]): boolean {
    const [error, constant, slope] = this.latest;
    if (error === undefined || constant === undefined || slope === undefined) return false;
    return Math.abs(y - (constant + slope * x)) > range * error;
  }

  private take(numbers: readonly number[]): void {
    const { sliding, setting } = this;
    if (this.origin.length === 0) this.origin = [...numbers];
    const row = [1, ...numbers.map((one, index) => one - (this.origin[index] ?? 0))];
    if (sliding === undefined) {
      this.whole.add(row);
      return;
    }
    const { now } = this.context.clock;
    sliding.add(now, row);
    const { duration, batch = Number.POSITIVE_INFINITY } = setting;
    if (duration !== undefined) while (sliding.oldest !== undefined && sliding.oldest + duration <= now) sliding.removeOldest();
    while (sliding.size > batch) sliding.removeOldest();
  }

  /** Zeros where the events say nothing yet. */
  private coefficients(): number[] {
    const fit = (this.sliding?.total() ?? this.whole).fit(this.origin);
    if (fit === undefined) return new Array<number>(this.width).fill(0);
    this.latest = [fit.error, ...fit.betas.map((beta, index) => (this.isWeak(beta, index, fit) ? 0 : beta))];
    return this.latest;
  }

  private isWeak(beta: number, index: number, { spreads, freedom }: Fit): boolean {
    return !(studentTails(beta / (spreads[index] ?? 0), freedom) <= 1 - this.setting.confidence);
  }

  /** A chunk of which nothing is left goes no further. */
  end(): void {
    if (!this.some) return;
    this.some = false;
    this.next.end();
  }

  save(writer: BinaryWriter): void {
    writer.list(this.origin);
    writer.list(this.latest);
    writer.count(this.since);
    writer.list([...this.whole.cells]);
    writer.count(this.whole.rows);
    this.sliding?.save(writer);
  }

  load(reader: BinaryReader): void {
    this.origin = reader.list().map(Number);
    this.latest = reader.list().map(Number);
    this.since = reader.count();
    const cells = Float64Array.from(reader.list(), Number);
    this.whole = new Triangle(this.width, cells, reader.count());
    this.sliding?.load(reader);
  }
}
