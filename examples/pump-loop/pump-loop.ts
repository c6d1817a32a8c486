/** One reading of all eight sensors of a loop. Units: g, g, A, bar, °C, °C, V, l/min. */
export interface Reading {
  loop: string;
  /** Milliseconds since 1970. */
  at: number;
  vibration1: number;
  vibration2: number;
  current: number;
  pressure: number;
  temperature: number;
  thermocouple: number;
  voltage: number;
  flow: number;
}

/** What makes one loop different from the next. Shares are of the nominal value. */
export interface LoopCharacter {
  flow: number;
  flowNoise: number;
  /** How much pressure (bar) and vibration (share) react when the valve takes the whole flow away. */
  pressureReaction: number;
  vibrationReaction: number;
  current: number;
  temperature: number;
}

/** One closing of the valve: it takes `depth` of the flow away, over `rampMs` each way. */
export interface Closing {
  startsAt: number;
  rampMs: number;
  holdMs: number;
  depth: number;
}

/** A seeded generator, so that the same seed gives the same day (xorshift32, Marsaglia 2003). */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed ^ 0x9e3779b9) | 0 || 1;
  }

  /** Uniform in [0, 1). */
  next(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) / 4_294_967_296;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** Normal with mean 0 and deviation 1 (Box and Muller 1958). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }
}

/** A loop drawn at random from what such plants look like: small and large pumps, calm and noisy sensors. */
export function drawCharacter(chance: Chance): LoopCharacter {
  return {
    flow: chance.between(25, 140),
    flowNoise: chance.between(0.003, 0.014),
    pressureReaction: chance.between(-0.4, 1.5),
    vibrationReaction: chance.between(-0.1, 0.4),
    current: chance.between(0.8, 2.6),
    temperature: chance.between(65, 92),
  };
}

/**
 * A water circulation loop with a pump and a valve: slow wander of every quantity, noise of every sensor, and a flow
 * that falls when the valve closes. Time only moves forward, by calls of `read`.
 */
export class PumpLoop {
  readonly name: string;
  readonly #character: LoopCharacter;
  readonly #chance: Chance;
  #closing: Closing | undefined;
  #flowWander = 0;
  #heatWander = 0;
  #lastAt: number | undefined;

  constructor(name: string, character: LoopCharacter, chance: Chance) {
    this.name = name;
    this.#character = character;
    this.#chance = chance;
  }

  close(closing: Closing): void {
    this.#closing = closing;
  }

  /** The share of the flow that the valve takes away at a time: 0 when open. */
  lossAt(at: number): number {
    const closing = this.#closing;
    if (closing === undefined) return 0;
    const since = at - closing.startsAt;
    const until = 2 * closing.rampMs + closing.holdMs - since;
    return closing.depth * Math.max(0, Math.min(1, since / closing.rampMs, until / closing.rampMs));
  }

  read(at: number): Reading {
    const { flow, flowNoise, pressureReaction, vibrationReaction, current, temperature } = this.#character;
    const chance = this.#chance;
    const seconds = this.#lastAt === undefined ? 0 : (at - this.#lastAt) / 1000;
    this.#lastAt = at;
    this.#flowWander = wander(this.#flowWander, seconds, 60, 0.0025, chance);
    this.#heatWander = wander(this.#heatWander, seconds, 600, 0.7, chance);
    const loss = this.lossAt(at);
    const vibration = (nominal: number, noise: number): number => nominal * (1 + vibrationReaction * loss) + noise * chance.normal();
    return {
      loop: this.name,
      at,
      vibration1: round(vibration(0.21, 0.004)),
      vibration2: round(vibration(0.27, 0.004)),
      current: round(Math.max(0, current * (1 - 0.1 * loss) + 0.35 * chance.normal())),
      pressure: round(0.11 + pressureReaction * loss + 0.25 * chance.normal()),
      temperature: round(temperature + this.#heatWander + 0.15 * chance.normal()),
      thermocouple: round(28 + 0.5 * this.#heatWander + 0.05 * chance.normal()),
      voltage: round(228 + 11 * chance.normal()),
      flow: round(flow * (1 - loss) * (1 + this.#flowWander + flowNoise * chance.normal())),
    };
  }
}

/** One step of a value that drifts and is pulled back to zero (Ornstein and Uhlenbeck): `deviation` is its long-run spread. */
function wander(value: number, seconds: number, relaxSeconds: number, deviation: number, chance: Chance): number {
  const keep = Math.exp(-seconds / relaxSeconds);
  return value * keep + deviation * Math.sqrt(1 - keep * keep) * chance.normal();
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
