import { InvalidArgumentError } from 'commander';

/** A count as it is written on the command line. Throws for what is no whole number from 1 on. */
export function positive(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('It has to be a whole number from 1 on.');
  return value;
}
