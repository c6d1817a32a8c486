const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** A number in a sentence that people read: 10000 → "10,000". */
export function figure(amount: number): string {
  return whole.format(amount);
}

/** The same with what there is so much of: "1 node", "10,000 nodes". */
export function quantity(amount: number, one: string, many = `${one}s`): string {
  return `${figure(amount)} ${amount === 1 ? one : many}`;
}

const units = [['day', 86_400, 'days'], ['h', 3600, 'h'], ['min', 60, 'min'], ['s', 1, 's']] as const;

/** A length of time in a sentence, in its two largest units: 5400 seconds → "1 h 30 min". */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const first = units.findIndex(([, unit]) => whole >= unit);
  if (first === -1) return '0 s';
  const parts = units.slice(first, first + 2).map(([one, unit, many], index) => {
    const amount = Math.floor((index === 0 ? whole : whole % (units[first]?.[1] ?? 1)) / unit);
    return amount === 0 ? '' : `${figure(amount)} ${amount === 1 ? one : many}`;
  });
  return parts.filter((part) => part !== '').join(' ');
}

/** Bytes in a sentence, in the unit that fits: "12 MB", "1.4 GB". */
export function volume(bytes: number): string {
  const [unit, size] = bytes >= 1e9 ? (['GB', 1e9] as const) : bytes >= 1e6 ? (['MB', 1e6] as const) : bytes >= 1e3 ? (['kB', 1e3] as const) : (['B', 1] as const);
  const amount = bytes / size;
  return `${size > 1 && amount < 10 ? amount.toFixed(1) : figure(amount)} ${unit}`;
}
