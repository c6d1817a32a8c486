import { z } from 'zod';
import type { ModelSignature } from '../protocol/index.ts';
import type { InferenceResponse, TensorDatatype, TensorDescription } from './open-inference.ts';
import { elementCount, emptyTensor, writeElement, type NamedTensors, type TensorShape, type TensorType, type TensorValues } from './tensor.ts';

/** Most elements in one tensor of a request: 16 MiB of doubles. */
const elementsMax = 2_097_152;
const depthMax = 8;

const datatypes = { float32: 'FP32', float64: 'FP64', int32: 'INT32', int64: 'INT64', bool: 'BOOL', string: 'BYTES' } as const satisfies Record<TensorType, TensorDatatype>;

const requestSchema = z.object({
  id: z.string().max(256).optional(),
  inputs: z
    .array(z.object({ name: z.string().max(256), datatype: z.string().max(16), shape: z.array(z.number().int().min(0)).max(depthMax), data: z.array(z.unknown()) }))
    .min(1)
    .max(256),
  outputs: z.array(z.object({ name: z.string().max(256) })).max(64).optional(),
});

/** What the caller sent does not fit the model; the message names the tensor, what came and what was expected. */
export class InferenceRequestError extends Error {
  override readonly name = 'InferenceRequestError';
}

export interface ParsedInference {
  id: string | undefined;
  inputs: NamedTensors;
  /** Names of the outputs to return, in order. */
  outputs: string[];
}

export function describeTensors(tensors: readonly TensorShape[]): TensorDescription[] {
  return tensors.map((tensor) => ({ name: tensor.name, datatype: datatypes[tensor.type], shape: [...tensor.shape] }));
}

/** Checks a decoded JSON body against a model. ONNX Runtime itself ignores inputs that it does not know, so names are checked here. */
export function parseInference(body: unknown, signature: ModelSignature): ParsedInference {
  const parsed = requestSchema.safeParse(body);
  if (!parsed.success) throw new InferenceRequestError(z.prettifyError(parsed.error));
  const inputs: NamedTensors = {};
  for (const given of parsed.data.inputs) {
    const expected = signature.inputs.find((tensor) => tensor.name === given.name);
    if (expected === undefined) throw new InferenceRequestError(`unexpected input '${given.name}'; the model takes ${names(signature.inputs)}`);
    if (inputs[given.name] !== undefined) throw new InferenceRequestError(`input '${given.name}' was given twice`);
    inputs[given.name] = parseTensor(given, expected);
  }
  for (const expected of signature.inputs) {
    if (inputs[expected.name] === undefined) throw new InferenceRequestError(`input '${expected.name}' is missing`);
  }
  const outputs = parsed.data.outputs?.map((output) => output.name) ?? signature.outputs.map((output) => output.name);
  const unknown = outputs.find((name) => !signature.outputs.some((output) => output.name === name));
  if (unknown !== undefined) throw new InferenceRequestError(`unknown output '${unknown}'; the model answers ${names(signature.outputs)}`);
  return { id: parsed.data.id, inputs, outputs };
}

function names(tensors: readonly TensorShape[]): string {
  return tensors.map((tensor) => `'${tensor.name}'`).join(', ');
}

function parseTensor(given: { name: string; datatype: string; shape: number[]; data: unknown[] }, expected: TensorShape): TensorValues {
  const { name, shape } = given;
  if (given.datatype !== datatypes[expected.type]) throw new InferenceRequestError(`input '${name}' has datatype ${given.datatype}, expected ${datatypes[expected.type]}`);
  const fits = shape.length === expected.shape.length && expected.shape.every((size, index) => size === -1 || size === shape[index]);
  if (!fits) throw new InferenceRequestError(`input '${name}' has shape [${shape.join(', ')}], expected [${expected.shape.join(', ')}]`);
  const count = elementCount(shape);
  if (count > elementsMax) throw new InferenceRequestError(`input '${name}' has ${count} elements; at most ${elementsMax} are accepted`);
  const tensor = emptyTensor(expected.type, shape);
  const filled = fill(tensor, name, given.data, 0, count, 0);
  if (filled !== count) throw new InferenceRequestError(`input '${name}' has ${filled} values, its shape [${shape.join(', ')}] needs ${count}`);
  return tensor;
}

/** Data may come flat or nested, row by row; returns where the next value goes. */
function fill(tensor: TensorValues, name: string, data: readonly unknown[], at: number, count: number, depth: number): number {
  if (depth > depthMax) throw new InferenceRequestError(`input '${name}' is nested deeper than ${depthMax} levels`);
  let next = at;
  for (const value of data) {
    if (Array.isArray(value)) next = fill(tensor, name, value, next, count, depth + 1);
    else {
      if (next >= count) throw new InferenceRequestError(`input '${name}' has more values than the ${count} of its shape`);
      if (!writeElement(tensor, next, value)) throw new InferenceRequestError(`input '${name}' cannot hold ${JSON.stringify(value)} at position ${next} as ${datatypes[tensor.type]}`);
      next += 1;
    }
  }
  return next;
}

/** JSON has no digits beyond 2^53 that survive every reader: such a long is written as a string of its digits. */
export function inferenceResponse(model: string, version: number, request: ParsedInference, tensors: NamedTensors): InferenceResponse {
  return {
    model_name: model,
    model_version: String(version),
    ...(request.id !== undefined && { id: request.id }),
    outputs: request.outputs.map((name) => {
      const tensor = tensors[name];
      if (tensor === undefined) throw new Error(`the model did not answer with ${name}`);
      return { name, datatype: datatypes[tensor.type], shape: tensor.shape, data: jsonData(tensor) };
    }),
  };
}

function jsonData(tensor: TensorValues): (number | string | boolean | null)[] {
  switch (tensor.type) {
    case 'string':
      return tensor.data;
    case 'bool':
      return Array.from(tensor.data, (byte) => byte === 1);
    case 'int64':
      return Array.from(tensor.data, (value) => (Number.isSafeInteger(Number(value)) ? Number(value) : String(value)));
    case 'int32':
      return [...tensor.data];
    case 'float32':
    case 'float64':
      return Array.from(tensor.data, (value) => (Number.isFinite(value) ? value : null));
  }
}
