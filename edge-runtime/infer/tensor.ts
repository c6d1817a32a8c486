import type { ModelSignature } from '../protocol/index.ts';

export type TensorType = ModelSignature['inputs'][number]['type'];
export type TensorShape = ModelSignature['inputs'][number];

/** A dense tensor, row-major, as it travels between threads. Booleans are one byte each. */
export type TensorValues =
  | { type: 'float32'; shape: number[]; data: Float32Array }
  | { type: 'float64'; shape: number[]; data: Float64Array }
  | { type: 'int32'; shape: number[]; data: Int32Array }
  | { type: 'int64'; shape: number[]; data: BigInt64Array }
  | { type: 'bool'; shape: number[]; data: Uint8Array }
  | { type: 'string'; shape: number[]; data: string[] };

export type NamedTensors = Record<string, TensorValues>;

/** A tensor of zeros, empty strings or false, to be filled. */
export function emptyTensor(type: TensorType, shape: number[]): TensorValues {
  const size = elementCount(shape);
  switch (type) {
    case 'float32':
      return { type, shape, data: new Float32Array(size) };
    case 'float64':
      return { type, shape, data: new Float64Array(size) };
    case 'int32':
      return { type, shape, data: new Int32Array(size) };
    case 'int64':
      return { type, shape, data: new BigInt64Array(size) };
    case 'bool':
      return { type, shape, data: new Uint8Array(size) };
    case 'string':
      return { type, shape, data: new Array<string>(size).fill('') };
  }
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}

/**
 * Writes one value; false when the tensor's type cannot hold it. A missing value is NaN in a float tensor and
 * nothing that any other type could hold.
 */
export function writeElement(tensor: TensorValues, index: number, value: unknown): boolean {
  switch (tensor.type) {
    case 'float32':
    case 'float64':
      if (typeof value === 'number') tensor.data[index] = value;
      else if (value === null || value === undefined) tensor.data[index] = Number.NaN;
      else if (typeof value === 'bigint') tensor.data[index] = Number(value);
      else if (typeof value === 'boolean') tensor.data[index] = value ? 1 : 0;
      else return false;
      return true;
    case 'int32':
      if (typeof value !== 'number' || !Number.isInteger(value) || value < -2147483648 || value > 2147483647) return false;
      tensor.data[index] = value;
      return true;
    case 'int64':
      if (typeof value === 'bigint') {
        if (BigInt.asIntN(64, value) !== value) return false;
        tensor.data[index] = value;
        return true;
      }
      if (typeof value !== 'number' || !Number.isInteger(value) || Math.abs(value) >= 2 ** 63) return false;
      tensor.data[index] = BigInt(value);
      return true;
    case 'bool':
      if (typeof value !== 'boolean') return false;
      tensor.data[index] = value ? 1 : 0;
      return true;
    case 'string':
      if (typeof value !== 'string') return false;
      tensor.data[index] = value;
      return true;
  }
}

/** One value as a stream attribute holds it: a long is a number while it is a safe integer, NaN is a missing value. */
export function readElement(tensor: TensorValues, index: number): number | bigint | boolean | string | null {
  switch (tensor.type) {
    case 'float32':
    case 'float64': {
      const value = tensor.data[index];
      return value === undefined || Number.isNaN(value) ? null : value;
    }
    case 'int32':
      return tensor.data[index] ?? null;
    case 'int64': {
      const value = tensor.data[index];
      if (value === undefined) return null;
      return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
    }
    case 'bool':
      return tensor.data[index] === 1;
    case 'string':
      return tensor.data[index] ?? null;
  }
}

/** The buffers of tensors that may be moved to another thread instead of copied. */
export function transferable(tensors: NamedTensors): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const tensor of Object.values(tensors)) {
    if (tensor.type === 'string' || tensor.data.byteOffset !== 0) continue;
    if (tensor.data.buffer instanceof ArrayBuffer) buffers.add(tensor.data.buffer);
  }
  return [...buffers];
}
