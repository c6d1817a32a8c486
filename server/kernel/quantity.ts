const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** A number in a sentence that people read: 10000 → "10,000". */
export function figure(amount: number): string {
  return whole.format(amount);
}

/** The same with what there is so much of: "1 node", "10,000 nodes". */
export function quantity(amount: number, one: string, many = `${one}s`): string {
  return `${figure(amount)} ${amount === 1 ? one : many}`;
}
