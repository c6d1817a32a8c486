import type { ModelSignature } from '../protocol/index.ts';
import type { NamedTensors } from './tensor.ts';

/** What a serving thread is asked. `id` comes back in its reply. */
export type ServingRequest =
  | { kind: 'load'; id: number; model: string; path: string }
  | { kind: 'run'; id: number; model: string; inputs: NamedTensors };

export type ServingReply =
  | { kind: 'loaded'; id: number; signature: Omit<ModelSignature, 'columns'> }
  | { kind: 'answer'; id: number; outputs: NamedTensors; runUs: number }
  | { kind: 'failed'; id: number; unsupported: boolean; message: string };
