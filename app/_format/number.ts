const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** 41212 → "41,212". */
export function count(value: number): string {
  return whole.format(value);
}

/** A number that must stay narrow, split from its unit so that the unit can be set smaller: 812400 → ["812", "k"]. */
export function short(value: number): { figure: string; scale: string } {
  if (!Number.isFinite(value)) return { figure: '–', scale: '' };
  const magnitude = Math.abs(value);
  for (const { from, unit, scale } of scales) {
    if (magnitude >= from) return { figure: significant(value / unit), scale };
  }
  return { figure: magnitude >= 1000 ? count(value) : significant(value), scale: '' };
}

/** The same in one piece: 70_100_000_000 → "70.1 billion". */
export function inWords(value: number): string {
  if (Math.abs(value) < 10_000) return count(value);
  if (Math.abs(value) < 1e9) return `${significant(value / (Math.abs(value) < 1e6 ? 1e3 : 1e6))} ${Math.abs(value) < 1e6 ? 'thousand' : 'million'}`;
  return `${significant(value / 1e9)} billion`;
}

/** Events a second and the like: 0.42 → "0.42/s", 81320 → "81.3 k/s". */
export function rate(perSecond: number): string {
  const { figure, scale } = short(perSecond);
  return scale ? `${figure} ${scale}/s` : `${figure}/s`;
}

/** Axis ticks and other places with no room: 1200 → "1.2K". */
export function tick(value: number): string {
  return Math.abs(value) < 1000 ? significant(value) : compact.format(value);
}

/** Bytes as people read them, in powers of 1000: 4_200_000 → "4.2 MB". */
export function bytes(value: number): string {
  if (Math.abs(value) < 1000) return `${whole.format(value)} B`;
  for (const [limit, unit] of byteUnits) if (Math.abs(value) >= limit) return `${significant(value / limit)} ${unit}`;
  return `${significant(value / 1e3)} kB`;
}

/** 0.0412 → "4.1 %". */
export function percent(share: number): string {
  return `${significant(share * 100)} %`;
}

/** Three significant digits at most, without trailing zeros. */
export function significant(value: number): string {
  if (value === 0) return '0';
  return String(Number(value.toFixed(digitsOf(value))));
}

/** The same with the zeros, for columns, where digits stand below each other: "4.30" under "4.47". */
export function steady(value: number): string {
  return value.toFixed(digitsOf(value));
}

function digitsOf(value: number): number {
  return Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 0.01 ? 2 : 4;
}

/** A value of an event as it stands in a table: six digits are enough to read, and an absent one is a dash. */
export function attributeText(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined) return '–';
  return typeof value === 'number' && !Number.isInteger(value) ? String(Number(value.toPrecision(6))) : String(value);
}

/** The values of an event in a line, for who looks over many of them: "loop loop-1, flow 54.9". What is absent is left out. */
export function valuesText(data: Readonly<Record<string, string | number | boolean | null>>): string {
  const text = (value: string | number | boolean): string => (typeof value !== 'number' ? String(value) : Number.isInteger(value) ? String(value) : significant(value));
  return Object.entries(data).flatMap(([name, value]) => (value === null ? [] : [`${name} ${text(value)}`])).join(', ');
}

/** "1 node", "40 nodes". */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** Thousands begin at ten thousand: "8,132" says more than "8.13 k" and is no longer. */
const scales = [
  { from: 1e9, unit: 1e9, scale: 'G' },
  { from: 1e6, unit: 1e6, scale: 'M' },
  { from: 1e4, unit: 1e3, scale: 'k' },
] as const;
const byteUnits = [[1e12, 'TB'], [1e9, 'GB'], [1e6, 'MB'], [1e3, 'kB']] as const;
