import { callOf } from '@selvedge/edge-runtime/protocol';
import type { ModelSignature } from '@selvedge/edge-runtime/protocol';
import { inspectModel } from '../../edge-runtime/infer/inspect.ts';
import { ServingClient, ServingError } from '../../edge-runtime/infer/serving-client.ts';
import { emptyTensor, readElement, writeElement } from '../../edge-runtime/infer/tensor.ts';
import type { NamedTensors } from '../../edge-runtime/infer/tensor.ts';
import { DomainError } from '../kernel/errors.ts';
import { modelLimits } from './schema.ts';

/*
 * The one place where the control plane meets the agent's inference code. What a model is, and how values are packed for it,
 * must be the same here as on a node; so it is the same code, run in a thread of its own that ends with the call.
 */

export interface InspectedModel {
  signature: ModelSignature;
  opset: number | null;
  producer: string | null;
  bytes: number;
  selfTestMs: number;
}

/** How many threads may load models at one time; more calls than that wait, and more than `waitingMax` are refused (I6). */
const threads = { busyMax: 2, waitingMax: 16 };
let busy = 0;
const waiting: (() => void)[] = [];

/** Reads a file as a node would run it. Throws ModelRefused with the reason when no node could. */
export async function inspectOnnx(path: string, columns: readonly string[] | undefined): Promise<InspectedModel> {
  const inspection = await inTurn(() => inspectModel(path, { bytesMax: modelLimits.bytesMax, ...(columns !== undefined && columns.length > 0 && { columns }) }));
  if (!inspection.ok) throw new DomainError('ModelRefused', sentence(inspection.message), { details: { reason: inspection.code } });
  const { signature, opset, producer, bytes, selfTestMs } = inspection;
  return { signature, opset: opset === 0 ? null : opset, producer: producer === '' ? null : producer, bytes, selfTestMs };
}

export type TriedValue = number | boolean | string | null;
export interface TryOutResult {
  rows: number;
  outputs: Record<string, TriedValue[]>;
  ms: number;
}

/** Runs a model once on typed-in values, by the argument names of its call signature. Throws ModelRefused when they do not fit, or it does not answer. */
export async function tryOnnx(path: string, signature: ModelSignature, inputs: Readonly<Record<string, readonly (number | boolean | string)[]>>): Promise<TryOutResult> {
  const { tensors, rows } = pack(signature, inputs);
  return inTurn(async () => {
    const client = new ServingClient();
    const timer = setTimeout(() => void client.close(), modelLimits.tryTimeoutMs);
    try {
      await client.load('model', path);
      const answer = await client.run('model', tensors);
      return { rows, outputs: unpack(signature, answer.outputs, rows), ms: answer.runUs / 1000 };
    } catch (error) {
      if (!(error instanceof ServingError)) throw error;
      const message = error.ended ? `the model did not answer within ${modelLimits.tryTimeoutMs / 1000} s` : error.message;
      throw new DomainError('ModelRefused', sentence(message), { details: { reason: error.ended ? 'timeout' : 'run' }, cause: error });
    } finally {
      clearTimeout(timer);
      await client.close();
    }
  });
}

function pack(signature: ModelSignature, inputs: Readonly<Record<string, readonly (number | boolean | string)[]>>): { tensors: NamedTensors; rows: number } {
  const { inputs: columns } = callOf(signature);
  const given = new Map(Object.entries(inputs));
  const unknown = [...given.keys()].find((name) => columns.every((column) => column.name !== name));
  if (unknown !== undefined) throw refused('inputs', `the model has no input “${unknown}”; it takes ${columns.map((column) => column.name).join(', ')}`);
  const rows = given.values().next().value?.length ?? 0;
  if (rows * columns.length > modelLimits.tryValuesMax) throw refused('inputs', `at most ${modelLimits.tryValuesMax} values can be tried at once`);
  const tensors: NamedTensors = {};
  for (const column of columns) {
    const values = given.get(column.name);
    if (values === undefined) throw refused('inputs', `a value for “${column.name}” is missing`);
    if (values.length !== rows) throw refused('inputs', `“${column.name}” has ${values.length} rows and the first input ${rows}`);
    const declared = signature.inputs.find((tensor) => tensor.name === column.tensor);
    if (declared === undefined) throw new Error(`the signature has no tensor ${column.tensor}`);
    const tensor = (tensors[column.tensor] ??= emptyTensor(declared.type, declared.shape.length === 1 ? [rows] : [rows, column.width]));
    for (const [row, value] of values.entries()) {
      if (!writeElement(tensor, row * column.width + column.column, value)) {
        throw refused('inputs', `“${column.name}” takes ${column.type} values, and row ${row + 1} is ${JSON.stringify(value)}`);
      }
    }
  }
  return { tensors, rows };
}

function unpack(signature: ModelSignature, tensors: NamedTensors, rows: number): Record<string, TriedValue[]> {
  const outputs: Record<string, TriedValue[]> = {};
  for (const column of callOf(signature).outputs) {
    const tensor = tensors[column.tensor];
    if (tensor === undefined) throw refused('run', `the model gave no output “${column.tensor}”`);
    outputs[column.name] = Array.from({ length: rows }, (_, row) => readable(readElement(tensor, row * column.width + column.column)));
  }
  return outputs;
}

/** As JSON can say it. */
function readable(value: ReturnType<typeof readElement>): TriedValue {
  if (typeof value === 'bigint') return value.toString();
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  if (busy >= threads.busyMax) {
    if (waiting.length >= threads.waitingMax) throw new DomainError('TooManyRequests', 'Too many models are being read at this moment; try again shortly.');
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else busy += 1;
  try {
    return await work();
  } finally {
    // The turn goes straight to whoever waits longest, so that nobody slips in between.
    const next = waiting.shift();
    if (next === undefined) busy -= 1;
    else next();
  }
}

function refused(reason: string, message: string): DomainError {
  return new DomainError('ModelRefused', sentence(message), { details: { reason } });
}

function sentence(text: string): string {
  const trimmed = text.trim();
  const capital = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
