import type { Row } from '../../api.ts';
import { exp } from '../../mathematics/exponential.ts';
import type { ExtremaSetting } from '../../plan/time-series.ts';
import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import { loadHeld, saveHeld, type Held } from '../windows/held-event.ts';
import { CURRENT, type EventType, type Payload, type Stage, type Stateful } from '../stage.ts';
import type { Derived } from './regression.ts';

/** So many extremes are remembered, so that none is told twice. */
const TOLD_MAX = 6;

/**
 * `timeseries:kalmanMinMax` and `timeseries:kernelMinMax`: smooths the newest values, and where the smooth line has turned,
 * the event at the turn goes on as `min` or `max`. Other events go nowhere.
 */
export class Extrema implements Stage, Stateful {
  private readonly setting: ExtremaSetting;
  private readonly value: (timestamp: number, payload: Payload) => unknown;
  private readonly next: Stage;
  private readonly derived: Derived;
  private readonly weights: readonly number[];
  private held: Held[] = [];
  private values: number[] = [];
  /** Counts the events that were held, to name them. */
  private count = 0;
  private told: number[] = [];
  private some = false;

  constructor(setting: ExtremaSetting, value: (timestamp: number, payload: Payload) => unknown, next: Stage, derived: Derived) {
    this.setting = setting;
    this.value = value;
    this.next = next;
    this.derived = derived;
    const { smoothing, size } = setting;
    this.weights = smoothing.by === 'kernel' ? Array.from({ length: size + 1 }, (_, distance) => exp((-distance * distance) / (2 * smoothing.bandwidth * smoothing.bandwidth))) : [];
  }

  event(type: EventType, timestamp: number, payload: Payload): void {
    if (type !== CURRENT) return;
    const { size, wanted } = this.setting;
    const given = this.value(timestamp, payload);
    if (given === null || given === undefined || !Number.isFinite(Number(given))) return;
    this.held.push({ timestamp, payload });
    this.values.push(Number(given));
    this.count++;
    if (this.held.length <= size) return;
    const smooth = this.smoothed();
    const turns = (wanted === 'minmax' ? (['min', 'max'] as const) : [wanted]).flatMap((kind) => {
      const place = this.turnOf(kind, smooth);
      return place === undefined ? [] : [{ kind, place }];
    });
    for (const { kind, place } of turns.sort((left, right) => left.place - right.place)) this.tell(kind, place);
    this.held.shift();
    this.values.shift();
  }

  /** Where the values have their newest minimum or maximum, if the smooth line has one. */
  private turnOf(kind: 'min' | 'max', smooth: readonly number[]): number | undefined {
    const { smoothing, size } = this.setting;
    const sign = kind === 'max' ? 1 : -1;
    if (smoothing.by === 'kalman') return newestPeak(smooth, sign, 2, 2) === undefined ? undefined : newestPeak(this.values, sign, 10, 10);
    const turn = newestPeak(smooth, sign, 1, 1);
    const place = turn === undefined ? undefined : newestPeak(this.values, sign, Math.floor(size / 5), Math.floor(size / 3));
    if (turn === undefined || place === undefined) return undefined;
    return place - turn <= size / 5 && turn - place <= size / 2 ? place : undefined;
  }

  private tell(kind: 'min' | 'max', place: number): void {
    const name = this.count - this.held.length + place;
    const event = this.held[place];
    if (event === undefined || this.told.includes(name)) return;
    this.told = [...this.told, name].slice(-TOLD_MAX);
    const row: Row = Array.isArray(event.payload) ? event.payload : [];
    const extended = [...row, kind];
    this.derived?.(extended, row);
    this.some = true;
    this.next.event(CURRENT, event.timestamp, extended);
  }

  private smoothed(): number[] {
    const { smoothing } = this.setting;
    if (smoothing.by === 'kernel') {
      return this.values.map((_, at) => {
        let [sum, weights] = [0, 0];
        this.values.forEach((value, index) => {
          const weight = this.weights[Math.abs(at - index)] ?? 0;
          sum += weight * value;
          weights += weight;
        });
        return sum / weights;
      });
    }
    // One-dimensional Kalman filter; nothing is known at first, so the first value is believed almost as it is.
    let [estimate, uncertainty] = [0, 1];
    return this.values.map((value) => {
      const predicted = uncertainty + smoothing.q;
      const gain = predicted / (predicted + smoothing.r);
      uncertainty = gain * smoothing.r;
      estimate += (value - estimate) * gain;
      return estimate;
    });
  }

  end(): void {
    if (!this.some) return;
    this.some = false;
    this.next.end();
  }

  save(writer: BinaryWriter): void {
    saveHeld(this.held, writer);
    writer.list(this.values);
    writer.count(this.count);
    writer.list(this.told);
  }

  load(reader: BinaryReader): void {
    this.held = loadHeld(reader);
    this.values = reader.list().map(Number);
    this.count = reader.count();
    this.told = reader.list().map(Number);
  }
}

/** The newest place that no value reaches beyond, among so many before and behind it; with the sign -1, that none is below. */
function newestPeak(values: readonly number[], sign: 1 | -1, before: number, behind: number): number | undefined {
  for (let place = values.length - behind - 1; place >= before; place--) {
    const own = (values[place] ?? 0) * sign;
    let peak = true;
    for (let index = place - before; peak && index <= place + behind; index++) peak = (values[index] ?? 0) * sign <= own;
    if (peak) return place;
  }
  return undefined;
}
