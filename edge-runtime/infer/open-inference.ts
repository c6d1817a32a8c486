/**
 * The shapes of the Open Inference Protocol's JSON bodies, apart from the runtime behind them: whoever speaks HTTP
 * needs nothing else.
 */
export type TensorDatatype = 'BOOL' | 'INT32' | 'INT64' | 'FP32' | 'FP64' | 'BYTES';

export interface TensorDescription {
  name: string;
  datatype: TensorDatatype;
  /** -1 is a free dimension. */
  shape: number[];
}

export interface ModelMetadata {
  name: string;
  versions: string[];
  platform: 'onnx_onnxv1';
  inputs: TensorDescription[];
  outputs: TensorDescription[];
}

/** The body of `/v2/models/{name}/infer` as it came; it is checked against the model's signature. */
export type InferenceRequest = unknown;

export interface InferenceResponse {
  model_name: string;
  model_version: string;
  id?: string;
  outputs: { name: string; datatype: TensorDatatype; shape: number[]; data: (number | string | boolean | null)[] }[];
}

export type InferenceReply =
  | { ok: true; response: InferenceResponse; latencyUs: number }
  | { ok: false; code: 'not-found' | 'invalid' | 'busy' | 'failed'; message: string };
