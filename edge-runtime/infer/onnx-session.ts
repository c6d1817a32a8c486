import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ModelSignature } from '../protocol/index.ts';
import type { NamedTensors, TensorType, TensorValues } from './tensor.ts';

/** A loaded model. The only file that knows ONNX Runtime; its `run` blocks the thread it is called on. */
export interface OnnxSession {
  signature: Omit<ModelSignature, 'columns'>;
  run(inputs: NamedTensors): Promise<NamedTensors>;
  release(): Promise<void>;
}

/** The model has an input or output that a stream cannot carry. */
export class UnsupportedTensorError extends Error {
  override readonly name = 'UnsupportedTensorError';
}

const supportedTypes: ReadonlySet<string> = new Set<TensorType>(['float32', 'float64', 'int32', 'int64', 'bool', 'string']);

/** Loads an ONNX file for one CPU thread. Throws what ONNX Runtime says, or an `UnsupportedTensorError`. */
export async function openOnnxSession(path: string): Promise<OnnxSession> {
  const session = await InferenceSession.create(path, {
    executionProviders: ['cpu'],
    // One thread a session: answers do not depend on how work was split, and other stages keep their core.
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    logSeverityLevel: 3,
  });
  try {
    const signature = { inputs: session.inputMetadata.map((value) => describe(value, 'input')), outputs: session.outputMetadata.map((value) => describe(value, 'output')) };
    return {
      signature,
      async run(inputs) {
        const feeds: Record<string, Tensor> = {};
        for (const [name, tensor] of Object.entries(inputs)) feeds[name] = toRuntime(tensor);
        const answer = await session.run(feeds);
        const outputs: NamedTensors = {};
        for (const [name, tensor] of Object.entries(answer)) outputs[name] = fromRuntime(name, tensor);
        return outputs;
      },
      release: () => session.release(),
    };
  } catch (error) {
    await session.release();
    throw error;
  }
}

function describe(value: InferenceSession.ValueMetadata, role: 'input' | 'output'): ModelSignature['inputs'][number] {
  if (!value.isTensor) {
    throw new UnsupportedTensorError(
      `${role} '${value.name}' is a sequence or map and not a tensor; when it comes from scikit-learn, convert with options={id(model): {'zipmap': False}}`,
    );
  }
  if (!isSupported(value.type)) throw new UnsupportedTensorError(`${role} '${value.name}' has type ${value.type}; supported are ${[...supportedTypes].join(', ')}`);
  return { name: value.name, type: value.type, shape: value.shape.map((dimension) => (typeof dimension === 'number' ? dimension : -1)) };
}

function isSupported(type: string): type is TensorType {
  return supportedTypes.has(type);
}

function toRuntime(tensor: TensorValues): Tensor {
  return tensor.type === 'string' ? new Tensor('string', tensor.data, tensor.shape) : new Tensor(tensor.type, tensor.data, tensor.shape);
}

function fromRuntime(name: string, tensor: Tensor): TensorValues {
  const shape = [...tensor.dims];
  const { data } = tensor;
  if (tensor.type === 'float32' && data instanceof Float32Array) return { type: 'float32', shape, data };
  if (tensor.type === 'float64' && data instanceof Float64Array) return { type: 'float64', shape, data };
  if (tensor.type === 'int32' && data instanceof Int32Array) return { type: 'int32', shape, data };
  if (tensor.type === 'int64' && data instanceof BigInt64Array) return { type: 'int64', shape, data };
  if (tensor.type === 'bool' && data instanceof Uint8Array) return { type: 'bool', shape, data };
  if (tensor.type === 'string' && Array.isArray(data)) return { type: 'string', shape, data: data.map(String) };
  throw new UnsupportedTensorError(`output '${name}' came back as ${tensor.type}`);
}
