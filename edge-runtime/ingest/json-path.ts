/** A path that cannot be followed; the message says where it stops making sense. */
export class JsonPathError extends Error {
  override readonly name = 'JsonPathError';
}

const step = /^(?:\.?([A-Za-z_$][\w$-]*)|\[(\d+)\]|\['([^']*)'\])/;
const stepsMax = 32;

/**
 * Compiles a simple path such as `$.sensor.values[0]['flow rate']`, or `a.b` without the root. No wildcards, filters
 * or recursive descent: a path names exactly one place. A place that is not there reads as undefined.
 */
export function readPath(path: string): (value: unknown) => unknown {
  const keys = keysOf(path);
  return (value) => keys.reduce(member, value);
}

/** The member that a path names, where it is one of the object itself and not of something in it. */
export function memberOf(path: string): string | undefined {
  const [key, ...deeper] = keysOf(path);
  return typeof key === 'string' && deeper.length === 0 ? key : undefined;
}

function keysOf(path: string): (string | number)[] {
  const keys: (string | number)[] = [];
  let rest = path.trim().replace(/^\$/, '');
  while (rest !== '') {
    const match = step.exec(rest);
    if (match === null || keys.length === stepsMax) throw new JsonPathError(`'${path}' is not a path: cannot read '${rest}'`);
    const [whole, name, index, quoted] = match;
    keys.push(index === undefined ? (name ?? quoted ?? '') : Number(index));
    rest = rest.slice(whole.length);
  }
  if (keys.length === 0) throw new JsonPathError(`'${path}' names no place`);
  return keys;
}

function member(value: unknown, key: string | number): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) return typeof key === 'number' ? value[key] : undefined;
  return Object.hasOwn(value, key) ? Object.getOwnPropertyDescriptor(value, key)?.value : undefined;
}
