import { callOf, type CallColumn, type ModelSignature } from '../protocol/index.ts';
import { emptyTensor, readElement, writeElement, type NamedTensors } from './tensor.ts';

/** How a rule's columns become a model's tensors and back. */
export interface ModelRows {
  /**
   * Packs `count` rows given column by column. Rows that hold something a tensor cannot take are listed in `unfit`;
   * their place in the tensors is filled with zeros so that the others keep theirs.
   */
  pack(columns: readonly (readonly unknown[])[], count: number): { tensors: NamedTensors; unfit: number[] };
  /** Columns in the order of the signature's outputs. Rows in `unfit` are null throughout. Throws when the model answered another number of rows. */
  unpack(tensors: NamedTensors, count: number, unfit: readonly number[]): unknown[][];
}

export function modelRows(signature: ModelSignature): ModelRows {
  const call = callOf(signature);
  return {
    pack(columns, count) {
      const tensors: NamedTensors = {};
      for (const tensor of signature.inputs) tensors[tensor.name] = emptyTensor(tensor.type, tensor.shape.map((size) => (size === -1 ? count : size)));
      const unfit = new Set<number>();
      call.inputs.forEach((input, index) => packColumn(tensors, input, columns[index] ?? [], count, unfit));
      return { tensors, unfit: [...unfit] };
    },
    unpack(tensors, count, unfit) {
      const columns = call.outputs.map((output) => unpackColumn(tensors, output, count));
      for (const row of unfit) for (const column of columns) column[row] = null;
      return columns;
    },
  };
}

function packColumn(tensors: NamedTensors, input: CallColumn, values: readonly unknown[], count: number, unfit: Set<number>): void {
  const tensor = tensors[input.tensor];
  if (tensor === undefined) throw new Error(`the signature names no input ${input.tensor}`);
  for (let row = 0; row < count; row += 1) {
    if (!writeElement(tensor, row * input.width + input.column, values[row])) unfit.add(row);
  }
}

function unpackColumn(tensors: NamedTensors, output: CallColumn, count: number): unknown[] {
  const tensor = tensors[output.tensor];
  if (tensor === undefined) throw new Error(`the model did not answer with ${output.tensor}`);
  if (tensor.data.length !== count * output.width) throw new Error(`the model answered ${tensor.data.length} values in ${output.tensor} for ${count} rows of ${output.width}`);
  const values = new Array<unknown>(count);
  for (let row = 0; row < count; row += 1) values[row] = readElement(tensor, row * output.width + output.column);
  return values;
}
