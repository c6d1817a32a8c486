import type { Prisma } from './db.ts';

/** A value as a JSON column takes it: checked by writing it, so that what cannot be stored fails here and names the reason. */
export function toJson(value: unknown): Prisma.InputJsonValue {
  const text = JSON.stringify(value);
  if (text === undefined || text === 'null') throw new TypeError('a JSON column takes no undefined and no null at the top');
  const parsed: Prisma.InputJsonValue = JSON.parse(text);
  return parsed;
}
