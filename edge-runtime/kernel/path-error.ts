/** Why an event path cannot be built or started. `retriable` says whether the same bundle may work later, untouched. */
export type PathErrorCode =
  | 'rule.invalid'
  | 'rule.duplicate'
  | 'connector.invalid'
  | 'connector.unsupported'
  | 'secret.missing'
  | 'label.missing'
  | 'artefact.missing'
  | 'model.invalid'
  | 'model.signature'
  | 'store.unavailable'
  | 'store.corrupt';

const retriableCodes: ReadonlySet<PathErrorCode> = new Set(['store.unavailable']);

export class PathError extends Error {
  override readonly name = 'PathError';
  readonly code: PathErrorCode;
  /** What it is about: a rule, a model, a source. */
  readonly subject: string;
  readonly retriable: boolean;
  constructor(code: PathErrorCode, subject: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.subject = subject;
    this.retriable = retriableCodes.has(code);
  }
}

/** An unknown thrown value as one sentence. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
