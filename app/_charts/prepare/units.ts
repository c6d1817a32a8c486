/** What the values of a chart are. Values come in the base unit: a second, a microsecond, a byte. */
export type Quantity = 'perSecond' | 'microseconds' | 'bytes' | 'count' | 'plain';

export interface Unit {
  /** Divide a value by this to get the number on the axis. */
  divisor: number;
  /** The unit in words, for the chart's subtitle: "milliseconds". */
  words: string;
  /** The unit as a suffix, for labels and tables: "ms". */
  suffix: string;
}

const ladders: Record<Quantity, readonly (Unit & { from: number })[]> = {
  perSecond: [
    { from: 1e6, divisor: 1e6, words: 'million a second', suffix: 'M/s' },
    { from: 1e4, divisor: 1e3, words: 'thousand a second', suffix: 'k/s' },
    { from: 0.5, divisor: 1, words: 'a second', suffix: '/s' },
    { from: 0.5 / 60, divisor: 1 / 60, words: 'a minute', suffix: '/min' },
    { from: Number.MIN_VALUE, divisor: 1 / 3600, words: 'an hour', suffix: '/h' },
    { from: 0, divisor: 1, words: 'a second', suffix: '/s' },
  ],
  microseconds: [
    { from: 2e6, divisor: 1e6, words: 'seconds', suffix: 's' },
    { from: 500, divisor: 1e3, words: 'milliseconds', suffix: 'ms' },
    { from: 0, divisor: 1, words: 'microseconds', suffix: 'µs' },
  ],
  bytes: [
    { from: 1e9, divisor: 1e9, words: 'gigabytes', suffix: 'GB' },
    { from: 1e6, divisor: 1e6, words: 'megabytes', suffix: 'MB' },
    { from: 0, divisor: 1e3, words: 'kilobytes', suffix: 'kB' },
  ],
  count: [
    { from: 1e6, divisor: 1e6, words: 'million', suffix: 'M' },
    { from: 1e4, divisor: 1e3, words: 'thousand', suffix: 'k' },
    { from: 0, divisor: 1, words: '', suffix: '' },
  ],
  plain: [{ from: 0, divisor: 1, words: '', suffix: '' }],
};

/** The unit in which the largest value of a chart reads best; one for all of its series. */
export function unitFor(quantity: Quantity, largest: number): Unit {
  const ladder = ladders[quantity];
  const rung = ladder.find((each) => largest >= each.from) ?? ladder.at(-1);
  if (!rung) throw new Error(`no unit for ${quantity}`);
  return { divisor: rung.divisor, words: rung.words, suffix: rung.suffix };
}

/** A figure with its unit: "6.4 ms", and a rate in one piece, "30/s". */
export function withSuffix(figure: string, { suffix }: Pick<Unit, 'suffix'>): string {
  return suffix === '' || suffix.startsWith('/') ? `${figure}${suffix}` : `${figure} ${suffix}`;
}
