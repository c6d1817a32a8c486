/**
 * Every error that the node's gateway answers with. A code, once published, keeps its meaning: programs branch on it,
 * people read the sentence beside it. README.md of the agent lists them, and a test compares the two.
 */
export const gatewayErrors = {
  TokenMissing: { status: 401, happened: 'The request carries no `Authorization: Bearer` header, or not the token of this node.' },
  TooManyRequests: { status: 429, happened: 'More requests came than the gateway takes; `Retry-After` says when to come again.' },
  NotFound: { status: 404, happened: 'There is no such path.' },
  MethodNotAllowed: { status: 405, happened: 'The path exists and does not take this method; `Allow` names those it takes.' },
  InvalidInput: { status: 400, happened: 'The path, the query or the body is not what the operation takes; `issues` names each fault.' },
  BodyTooLarge: { status: 413, happened: 'The body is larger than the operation takes.' },
  UnsupportedType: { status: 415, happened: 'The body is not of a type that the operation reads.' },
  RequestTooSlow: { status: 408, happened: 'The body did not arrive in time.' },
  StreamNotFound: { status: 404, happened: 'The bundle that runs has no such stream, or several rules have one of that name.' },
  RuleNotFound: { status: 404, happened: 'The bundle that runs has no such rule.' },
  QueryInvalid: { status: 400, happened: 'The on-demand query cannot be answered; `issues` names each fault with its line and column.' },
  SourceNotFound: { status: 404, happened: 'No HTTP source of the bundle that runs has this path.' },
  EventsMalformed: { status: 400, happened: 'The body cannot be read as events of the source; `refused` names each event and why.' },
  SourceBusy: { status: 429, happened: 'The source cannot take more now: the event path is behind. `Retry-After` says when to come again.' },
  ModelNotFound: { status: 404, happened: 'The bundle that runs has no such model, or not in this version.' },
  InferenceInvalid: { status: 400, happened: 'The tensors do not fit the signature of the model.' },
  InferenceBusy: { status: 429, happened: 'Every place in the queue of the model is taken; `Retry-After` says when to come again.' },
  InferenceFailed: { status: 500, happened: 'The model failed on this input.' },
  BundleRefused: { status: 422, happened: 'The file, or what it holds, is not what this node may take on; nothing changed.' },
  NoRoom: { status: 507, happened: 'The disk of the node has no room for what the file holds; nothing changed.' },
  ApplyBusy: { status: 409, happened: 'Another file is being applied.' },
  NotRunning: { status: 503, happened: 'No bundle runs on this node now, or its event path is starting.' },
  StoreUnavailable: { status: 503, happened: 'The node cannot reach its store now.' },
  Internal: { status: 500, happened: 'The gateway failed; the log of the node says how.' },
} as const satisfies Record<string, { status: number; happened: string }>;

export type GatewayErrorCode = keyof typeof gatewayErrors;

/** What a handler throws to answer with an error. `message` is shown to the caller. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: GatewayErrorCode;
  readonly headers: Readonly<Record<string, string>>;
  /** Members of the answer beside `error` and `code`. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: GatewayErrorCode, message: string, extra: { headers?: Record<string, string>; details?: Record<string, unknown> } = {}) {
    super(message);
    this.code = code;
    this.headers = extra.headers ?? {};
    this.details = extra.details ?? {};
  }
}
