import { emptyTensor, type NamedTensors, type TensorValues } from './tensor.ts';

/** Rows of a call: the first dimension that all its tensors share; undefined where they do not share one. */
export function rowsOf(tensors: NamedTensors): number | undefined {
  let rows: number | undefined;
  for (const tensor of Object.values(tensors)) {
    const [first] = tensor.shape;
    if (first === undefined || (rows !== undefined && rows !== first)) return undefined;
    rows = first;
  }
  return rows;
}

/** Calls can share a run when they differ in their number of rows alone. */
export function canJoin(a: NamedTensors, b: NamedTensors): boolean {
  return Object.entries(a).every(([name, tensor]) => {
    const other = b[name];
    return other !== undefined && other.type === tensor.type && other.shape.slice(1).join() === tensor.shape.slice(1).join();
  });
}

/** One set of tensors with the rows of all, in order. */
export function join(calls: readonly NamedTensors[]): NamedTensors {
  const [first] = calls;
  if (first === undefined || calls.length === 1) return first ?? {};
  const joined: NamedTensors = {};
  for (const [name, tensor] of Object.entries(first)) {
    const parts = calls.flatMap((call) => call[name] ?? []);
    const rows = parts.reduce((sum, part) => sum + (part.shape[0] ?? 0), 0);
    const whole = emptyTensor(tensor.type, [rows, ...tensor.shape.slice(1)]);
    let at = 0;
    for (const part of parts) {
      copyInto(whole, at, part, 0, part.data.length);
      at += part.data.length;
    }
    joined[name] = whole;
  }
  return joined;
}

/** Undoes `join` on the answers; undefined when an output's first dimension is not the number of rows. */
export function split(outputs: NamedTensors, counts: readonly number[]): NamedTensors[] | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (Object.values(outputs).some((tensor) => tensor.shape[0] !== total)) return undefined;
  let from = 0;
  return counts.map((count) => {
    const part: NamedTensors = {};
    for (const [name, tensor] of Object.entries(outputs)) part[name] = slice(tensor, from, count, total);
    from += count;
    return part;
  });
}

/** Copies `length` elements of `part`, starting at `from`, to place `at` of `whole`. */
function copyInto(whole: TensorValues, at: number, part: TensorValues, from: number, length: number): void {
  const to = from + length;
  if (whole.type === 'string') {
    if (part.type === 'string') for (let index = 0; index < length; index += 1) whole.data[at + index] = part.data[from + index] ?? '';
  } else if (whole.type === 'int64') {
    if (part.type === 'int64') whole.data.set(part.data.subarray(from, to), at);
  } else if (part.type !== 'string' && part.type !== 'int64') {
    whole.data.set(part.data.subarray(from, to), at);
  }
}

function slice(tensor: TensorValues, fromRow: number, rows: number, total: number): TensorValues {
  const width = total === 0 ? 0 : tensor.data.length / total;
  const part = emptyTensor(tensor.type, [rows, ...tensor.shape.slice(1)]);
  copyInto(part, 0, tensor, fromRow * width, rows * width);
  return part;
}
