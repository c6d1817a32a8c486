import { callOf } from '@selvedge/edge-runtime/protocol';
import type { ModelSignature } from '@selvedge/edge-runtime/protocol';
import type { CallSignature } from './schema.ts';

/** A stored signature as a rule sees it. It was checked when it was published, so this does not throw for stored ones. */
export function callSignatureOf(signature: ModelSignature): CallSignature {
  const call = callOf(signature);
  const named = ({ name, type }: CallSignature['inputs'][number]): CallSignature['inputs'][number] => ({ name, type });
  return { inputs: call.inputs.map(named), outputs: call.outputs.map(named) };
}
