import { readFile, stat } from 'node:fs/promises';
import { messageOf } from '../kernel/path-error.ts';
import type { ModelSignature } from '../protocol/index.ts';
import { callOf, ModelShapeError } from '../protocol/index.ts';
import { OnnxFormatError, readOnnxFile, type OnnxFile } from './onnx-file.ts';
import { ServingClient, ServingError, type ServingAnswer } from './serving-client.ts';
import { emptyTensor, type NamedTensors } from './tensor.ts';

export type InspectionRefusal =
  | 'empty'
  | 'too-large'
  | 'not-onnx'
  | 'truncated'
  | 'external-data'
  | 'unsupported-opset'
  | 'unsupported-operator'
  | 'unsupported-tensor'
  | 'unsupported-shape'
  | 'not-loadable'
  | 'self-test'
  | 'timeout';

export type Inspection =
  | {
      ok: true;
      signature: ModelSignature;
      /** Version of the standard operator set. */
      opset: number;
      producer: string;
      bytes: number;
      /** One inference on a row of zeros, milliseconds. */
      selfTestMs: number;
    }
  | { ok: false; code: InspectionRefusal; message: string };

export interface InspectionOptions {
  /** Names of the features when one input tensor takes several of them. */
  columns?: readonly string[];
  bytesMax?: number;
  timeoutMs?: number;
}

const bytesMaxDefault = 1024 * 1024 * 1024;

/**
 * Reads a model file as a node would run it: its signature, and one inference on zeros. A file that cannot be served
 * is refused with the reason and, where there is one, the remedy. The runtime loads it in a thread of its own, which
 * ends with the call, so a file that breaks the runtime does not break the caller.
 */
export async function inspectModel(path: string, options: InspectionOptions = {}): Promise<Inspection> {
  const { size } = await stat(path);
  const bytesMax = options.bytesMax ?? bytesMaxDefault;
  if (size === 0) return refuse('empty', 'the file is empty');
  if (size > bytesMax) return refuse('too-large', `the file has ${size} bytes; at most ${bytesMax} are accepted`);

  const file = readHeader(await readFile(path));
  if ('code' in file) return file;

  const thread = new ServingClient();
  const timer = setTimeout(() => void thread.close(), options.timeoutMs ?? 60_000);
  try {
    const declared: ModelSignature = { ...(await thread.load('model', path)), ...(options.columns !== undefined && { columns: [...options.columns] }) };
    const test = await selfTest(thread, declared);
    if ('code' in test) return test;
    const signature = withSeenWidths(declared, test.outputs);
    callOf(signature);
    return { ok: true, signature, opset: file.opsets[''] ?? file.opsets['ai.onnx'] ?? 0, producer: file.producer, bytes: size, selfTestMs: test.runUs / 1000 };
  } catch (error) {
    return refuse(refusalOf(error), reasonOf(error, path));
  } finally {
    clearTimeout(timer);
    await thread.close();
  }
}

function refuse(code: InspectionRefusal, message: string): { ok: false; code: InspectionRefusal; message: string } {
  return { ok: false, code, message };
}

function readHeader(bytes: Uint8Array): OnnxFile | { ok: false; code: InspectionRefusal; message: string } {
  let file: OnnxFile;
  try {
    file = readOnnxFile(bytes);
  } catch (error) {
    if (!(error instanceof OnnxFormatError)) throw error;
    // A first byte of 8 is the tag of ir_version, which every exporter writes first: the start is right, the end is not.
    const isCutOff = bytes[0] === 8 && error.message.includes('missing at the end');
    return isCutOff ? refuse('truncated', `the file was cut off: ${error.message}`) : refuse('not-onnx', `this is not an ONNX file: ${error.message}`);
  }
  if (!file.hasGraph) return refuse('not-onnx', 'this is not an ONNX model: it has no graph');
  if (file.externalData.length > 0) {
    return refuse('external-data', `the weights are in another file (${file.externalData.join(', ')}); export with save_as_external_data=False, so that one file holds all`);
  }
  return file;
}

async function selfTest(thread: ServingClient, signature: ModelSignature): Promise<ServingAnswer | { ok: false; code: InspectionRefusal; message: string }> {
  const inputs = (): NamedTensors => Object.fromEntries(signature.inputs.map((tensor) => [tensor.name, emptyTensor(tensor.type, tensor.shape.map((dimension) => (dimension === -1 ? 1 : dimension)))]));
  try {
    // The first run warms the runtime's caches; the second is what a node will see.
    await thread.run('model', inputs());
    return await thread.run('model', inputs());
  } catch (error) {
    if (error instanceof ServingError && !error.ended) return refuse('self-test', `an inference on zeros failed: ${error.message}`);
    throw error;
  }
}

/** An exporter may leave an output's width open; an inference shows it. */
function withSeenWidths(signature: ModelSignature, outputs: NamedTensors): ModelSignature {
  return {
    ...signature,
    outputs: signature.outputs.map((tensor) => {
      const seen = outputs[tensor.name]?.shape ?? tensor.shape;
      // No dimensions at all mean that none were declared: the batch is free then, and the rest is as seen.
      if (tensor.shape.length === 0) return { ...tensor, shape: seen.map((dimension, index) => (index === 0 ? -1 : dimension)) };
      return { ...tensor, shape: tensor.shape.map((dimension, index) => (index > 0 && dimension === -1 ? (seen[index] ?? -1) : dimension)) };
    }),
  };
}

function refusalOf(error: unknown): InspectionRefusal {
  if (error instanceof ModelShapeError) return 'unsupported-shape';
  if (!(error instanceof ServingError)) return 'not-loadable';
  if (error.ended) return 'timeout';
  if (error.unsupported) return 'unsupported-tensor';
  if (unknownOperator(error) !== undefined) return 'unsupported-operator';
  return /opset/i.test(error.message) ? 'unsupported-opset' : 'not-loadable';
}

/** For a person, who knows the file and not where it lies here. */
function reasonOf(error: unknown, path: string): string {
  if (error instanceof ServingError && error.ended) return 'the model did not load and answer in time';
  const operator = unknownOperator(error);
  if (operator !== undefined) return `the model uses the operator ${operator}, which the runtime of the nodes does not have; export it with standard ONNX operators`;
  return messageOf(error).replace(/^Load model from .*? failed: ?/s, '').replaceAll(path, 'the file');
}

/** The operator that ONNX Runtime does not know, or knows and cannot run, by its several ways to say so. */
function unknownOperator(error: unknown): string | undefined {
  const message = messageOf(error);
  return (/No Op registered for (\S+)/.exec(message) ?? /Could not find an implementation for ([^\s(]+)/.exec(message) ?? /([^\s(]+)\(-?\d+\) is not a registered function\/op/.exec(message))?.[1];
}
