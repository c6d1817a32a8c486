import type { GatewayAnswer, GatewayApplyReply, GatewayAskReply, GatewayInferenceReply, GatewayIngestReply, GatewayReceiptReply } from './backend.ts';
import { GatewayError, type GatewayErrorCode } from './errors.ts';

/** The one mapping from what the event path answers to what a caller is told. */
export function failQuery(answer: Extract<GatewayAnswer, { ok: false }>): never {
  const codes = { 'unknown-stream': 'StreamNotFound', invalid: 'InvalidInput', unavailable: 'StoreUnavailable' } as const satisfies Record<typeof answer.code, GatewayErrorCode>;
  throw new GatewayError(codes[answer.code], answer.message);
}

export function failIngest(reply: Exclude<GatewayIngestReply, { kind: 'accepted' }>): never {
  if (reply.kind === 'busy') throw new GatewayError('SourceBusy', reply.message, { headers: { 'retry-after': String(reply.retryAfterSeconds) } });
  const codes = { 'not-found': 'SourceNotFound', 'too-large': 'BodyTooLarge', 'unsupported-type': 'UnsupportedType', malformed: 'EventsMalformed', 'not-running': 'NotRunning' } as const satisfies Record<typeof reply.code, GatewayErrorCode>;
  throw new GatewayError(codes[reply.code], reply.message, { details: { refused: reply.refused } });
}

export function failAsk(reply: Extract<GatewayAskReply, { ok: false }>): never {
  const codes = { 'unknown-rule': 'RuleNotFound', invalid: 'QueryInvalid', 'not-running': 'NotRunning' } as const satisfies Record<typeof reply.code, GatewayErrorCode>;
  throw new GatewayError(codes[reply.code], reply.message, { details: { issues: reply.issues } });
}

export function failInference(reply: Extract<GatewayInferenceReply, { ok: false }>): never {
  const codes = { 'not-found': 'ModelNotFound', invalid: 'InferenceInvalid', busy: 'InferenceBusy', failed: 'InferenceFailed' } as const satisfies Record<typeof reply.code, GatewayErrorCode>;
  throw new GatewayError(codes[reply.code], reply.message, reply.code === 'busy' ? { headers: { 'retry-after': '1' } } : {});
}

export function failApply(reply: Extract<GatewayApplyReply, { ok: false }>): never {
  const codes = { refused: 'BundleRefused', 'no-room': 'NoRoom', busy: 'ApplyBusy' } as const satisfies Record<typeof reply.code, GatewayErrorCode>;
  throw new GatewayError(codes[reply.code], reply.message);
}

export function failReceipt(reply: Extract<GatewayReceiptReply, { ok: false }>): never {
  const codes = { refused: 'BundleRefused', unavailable: 'StoreUnavailable' } as const satisfies Record<typeof reply.code, GatewayErrorCode>;
  throw new GatewayError(codes[reply.code], reply.message);
}
