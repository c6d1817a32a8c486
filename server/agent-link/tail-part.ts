import { definePart } from '../kernel/process-part.ts';
import type { TailBatch } from './leases.ts';

/** Rows of a node's stream at full rate, for as long as somebody looks. */
export const tailPart = definePart<{ view(nodeId: string, stream: string, rowsPerSecondMax: number, signal: AbortSignal): AsyncGenerator<TailBatch> }>('the agent link');
