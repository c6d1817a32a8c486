/** One step of a path: a name, a place, all there is, or a name anywhere below. */
type Step = { name: string } | { place: number } | { all: true } | { below: string };

const PATH_MAX = 1000;

/**
 * `$.pump.values[0]['unit']`, with `[*]` and `.*` for all and `..name` for anywhere below; `pump.values` is `$.pump.values`.
 * Undefined for anything else.
 */
export function jsonPath(written: string): readonly Step[] | undefined {
  const text = written.startsWith('$') ? written : `$.${written}`;
  if (text.length > PATH_MAX) return undefined;
  const steps: Step[] = [];
  const piece = /\.\.([\p{L}\p{N}_$-]+)|\.(\*)|\.([\p{L}\p{N}_$-]+)|\[(\*)\]|\[(-?\d+)\]|\['([^']*)'\]|\["([^"]*)"\]/uy;
  for (let at = 1; at < text.length; at = piece.lastIndex) {
    piece.lastIndex = at;
    const found = piece.exec(text);
    if (found === null) return undefined;
    const [, below, star, name, stars, place, quoted, double] = found;
    if (below !== undefined) steps.push({ below });
    else if (star !== undefined || stars !== undefined) steps.push({ all: true });
    else if (place !== undefined) steps.push({ place: Number(place) });
    else steps.push({ name: name ?? quoted ?? double ?? '' });
  }
  return steps;
}

/** Whether a path can lead to one place only. */
export function isDefinite(path: readonly Step[]): boolean {
  return path.every((one) => 'name' in one || 'place' in one);
}

/** All that a path leads to. */
export function followPath(path: readonly Step[], root: unknown): unknown[] {
  let found = [root];
  for (const step of path) {
    if ('below' in step) found = found.flatMap((one) => below(one, step.below));
    else if ('all' in step) found = found.flatMap((one) => (Array.isArray(one) ? one : isObject(one) ? Object.values(one) : []));
    else if ('place' in step) found = found.flatMap((one) => (Array.isArray(one) && step.place < one.length && -step.place <= one.length ? [one.at(step.place)] : []));
    else found = found.flatMap((one) => (isObject(one) && Object.hasOwn(one, step.name) ? [one[step.name]] : []));
  }
  return found;
}

function below(value: unknown, name: string): unknown[] {
  const inner = Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];
  const own = isObject(value) && Object.hasOwn(value, name) ? [value[name]] : [];
  return [...own, ...inner.flatMap((one) => below(one, name))];
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Map) && !(value instanceof Set);
}

/** The same with another value where a path leads; what is on the way is copied. With a key, the value goes into the object there. */
export function withElement(path: readonly Step[], root: unknown, value: unknown, key: string | undefined): unknown {
  const [step, ...rest] = path;
  if (step === undefined) {
    if (key !== undefined) return isObject(root) ? { ...root, [key]: value } : root;
    return Array.isArray(root) ? [...root, value] : value;
  }
  if ('place' in step && Array.isArray(root)) {
    const at = step.place;
    return at >= 0 && at < root.length ? root.with(at, withElement(rest, root[at], value, key)) : root;
  }
  if ('name' in step && isObject(root)) {
    if (!Object.hasOwn(root, step.name) && (rest.length > 0 || key !== undefined)) return root;
    return { ...root, [step.name]: rest.length === 0 && key === undefined && !Array.isArray(root[step.name]) ? value : withElement(rest, root[step.name], value, key) };
  }
  return root;
}
