import type { Clock } from '../kernel/clock.ts';
import { callOf, SpreadRecorder, spreadAttributesMax, type AttributeSpread, type CallColumn, type ModelSignature } from '../protocol/index.ts';

/** So many predictions a second are looked at, of all models of a node together: more tell no more of how they are spread. */
const lookedAtPerSecond = 1000;
const nameLengthMax = 128;

export interface SpreadAttribute {
  attribute: string;
  side: AttributeSpread['side'];
  /** Its place in a call's columns. */
  column: number;
}

/** Which attributes of models are looked at: numeric outputs of all of them, then inputs in their order, as many as a node may tell of. */
export function spreadAttributes(signatures: readonly ModelSignature[]): SpreadAttribute[][] {
  const chosen = signatures.map((): SpreadAttribute[] => []);
  const calls = signatures.map(callOf);
  let free = spreadAttributesMax;
  for (const side of ['output', 'input'] as const) {
    for (const [model, call] of calls.entries()) {
      const attributes = numeric(side === 'output' ? call.outputs : call.inputs).slice(0, free);
      free -= attributes.length;
      chosen[model]?.push(...attributes.map(({ name, column }) => ({ attribute: name, side, column })));
    }
  }
  return chosen;
}

function numeric(columns: readonly CallColumn[]): { name: string; column: number }[] {
  return columns.flatMap(({ name, type }, column) => (type === 'string' || name.length > nameLengthMax ? [] : [{ name, column }]));
}

export interface SpreadSampling {
  clock: Clock;
  /** A number from 0 to below 1. */
  random: () => number;
  /** How many models share what is looked at. */
  models: number;
}

/**
 * How the inputs and outputs of one model were spread, from a sample of its predictions: of each second about as many as the
 * model may look at, by gaps of random length around the one that the second before asks for, so that devices which take
 * turns are all met. A prediction that is passed over costs nothing.
 */
export class ModelSpreads {
  readonly #attributes: readonly (SpreadAttribute & { recorder: SpreadRecorder })[];
  readonly #sampling: SpreadSampling;
  readonly #perSecond: number;
  #second = 0;
  #came = 0;
  #lookedAt = 0;
  #gap = 1;
  /** Predictions until the next one that is looked at. */
  #wait = 0;

  constructor(attributes: readonly SpreadAttribute[], sampling: SpreadSampling) {
    this.#attributes = attributes.map((attribute) => ({ ...attribute, recorder: new SpreadRecorder() }));
    this.#sampling = sampling;
    this.#perSecond = Math.max(1, Math.floor(lookedAtPerSecond / Math.max(1, sampling.models)));
  }

  /** `count` predictions by columns, without those in `unfit`, which the model was not asked for. */
  look(inputs: readonly (readonly unknown[])[], outputs: readonly (readonly unknown[])[], count: number, unfit: readonly number[]): void {
    if (this.#attributes.length === 0) return;
    this.#turn(count);
    while (this.#wait < count && this.#lookedAt < this.#perSecond) {
      if (!unfit.includes(this.#wait)) this.#record(inputs, outputs, this.#wait);
      this.#lookedAt += 1;
      this.#wait += this.#gap === 1 ? 1 : 1 + Math.floor(this.#sampling.random() * (2 * this.#gap - 1));
    }
    this.#wait = Math.max(0, this.#wait - count);
  }

  /** What was seen since the last call. */
  take(): AttributeSpread[] {
    return this.#attributes.flatMap(({ attribute, side, recorder }) => {
      const spread = recorder.take();
      return spread.bins.length === 0 && spread.missing === 0 ? [] : [{ attribute, side, ...spread }];
    });
  }

  #turn(count: number): void {
    const second = Math.floor(this.#sampling.clock.microseconds() / 1e6);
    if (second !== this.#second) {
      this.#gap = Math.max(1, Math.ceil(this.#came / this.#perSecond));
      this.#second = second;
      this.#came = this.#lookedAt = 0;
    }
    this.#came += count;
  }

  #record(inputs: readonly (readonly unknown[])[], outputs: readonly (readonly unknown[])[], row: number): void {
    for (const { side, column, recorder } of this.#attributes) recorder.add(toNumber((side === 'input' ? inputs : outputs)[column]?.[row]));
  }
}

/** NaN for what is no number. */
function toNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'bigint' || typeof value === 'boolean' ? Number(value) : Number.NaN;
}
