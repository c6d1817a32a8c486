/**
 * How an error is answered. The domain knows kinds, never HTTP statuses; each edge maps kinds once (trpc/errors.ts,
 * rest/problem.ts).
 */
export type ErrorKind = 'unauthenticated' | 'forbidden' | 'notFound' | 'invalid' | 'conflict' | 'tooLarge' | 'tooMany' | 'unavailable' | 'internal';

type CatalogueEntry = {
  readonly kind: ErrorKind;
  /** What happened, for docs/errors.md. */
  readonly happened: string;
  /** What to check or do, for docs/errors.md. */
  readonly remedy: string;
};

/**
 * Every error that the control plane answers with. A code, once published, keeps its meaning: programs branch on it, people
 * read the message that comes with it. docs/errors.md is written from here by `node tools/checks/errors-page.ts`.
 */
export const errorCatalogue = {
  NotSignedIn: {
    kind: 'unauthenticated',
    happened: 'The request carries no session and no API token, or one that has ended, expired or been revoked.',
    remedy: 'Sign in again, or send `Authorization: Bearer` with a token that Settings lists as active.',
  },
  SignInRefused: {
    kind: 'unauthenticated',
    happened: 'A sign-in link or an invitation is unknown, used or expired.',
    remedy: 'Ask an administrator for a new invitation. An administrator who is locked out gets a link with `node server/grant.ts sign-in-link`.',
  },
  Forbidden: {
    kind: 'forbidden',
    happened: 'The role, or the scopes of the API token, do not include what was asked for. The refusal is in the audit chain.',
    remedy: 'The message names the missing capability; an administrator can grant a role that has it.',
  },
  OriginRefused: {
    kind: 'forbidden',
    happened: 'A request that would change something came with a session cookie from a page of another origin.',
    remedy: 'Open the console at the address that `PUBLIC_URL` names. Programs use an API token, not a cookie.',
  },
  NotFound: {
    kind: 'notFound',
    happened: 'There is no such object in this organization.',
    remedy: 'Check the identity or name; the object may have been removed.',
  },
  InvalidInput: {
    kind: 'invalid',
    happened: 'The input is not what the procedure takes. `details.issues` has a path and a sentence for each fault.',
    remedy: 'Correct the named fields; the API reference has the schema.',
  },
  SignatureRefused: {
    kind: 'invalid',
    happened: 'A signature that was handed in is not of that text, or not by a key that counts.',
    remedy: 'Sign the text again exactly as `GET /signing-requests/{digest}` gives it, with a key that Settings lists as active.',
  },
  Conflict: {
    kind: 'conflict',
    happened: 'The object changed since it was read, or its state does not allow what was asked for.',
    remedy: 'Read the object again and repeat the change if it still applies.',
  },
  NameTaken: {
    kind: 'conflict',
    happened: 'Another object of this kind already has the name.',
    remedy: 'Choose another name.',
  },
  LastAdministrator: {
    kind: 'conflict',
    happened: 'The change would leave the organization without an administrator.',
    remedy: 'Make someone else an administrator first.',
  },
  LimitReached: {
    kind: 'conflict',
    happened: 'A stated maximum would be exceeded, for example of API tokens in an organization.',
    remedy: 'Remove what is no longer needed; the message names the limit.',
  },
  RuleRefused: {
    kind: 'invalid',
    happened: 'The rule does not parse or does not type-check. `details.diagnostics` has the place and the reason of each fault.',
    remedy: 'Mend the marked places; `rules.check` says whether a text is accepted without publishing it.',
  },
  ModelRefused: {
    kind: 'invalid',
    happened: 'The file is not a model that a node could serve, or the values do not fit the model. `details.reason` is a word for programs.',
    remedy: 'The message says what would be accepted; export the model again, or correct the values.',
  },
  PlanChanged: {
    kind: 'conflict',
    happened: 'What the plan was approved for is no longer true: nodes, versions, aliases, settings or the running bundle changed since.',
    remedy: 'Make the plan again, look at what changed, and start that one.',
  },
  PlanBlocked: {
    kind: 'conflict',
    happened: 'The plan has a violation that would keep nodes from running the bundle. `details.violations` lists them.',
    remedy: 'Mend what the violations name, and make the plan again.',
  },
  ReceiptRefused: {
    kind: 'conflict',
    happened: 'A receipt was brought that is not what its node says now: not signed by its key, known already, or older than what the node has reported since.',
    remedy: 'The message says which. Take a new receipt at the node, or connect it: then it reports by itself.',
  },
  TooLarge: {
    kind: 'tooLarge',
    happened: 'The body is larger than this address takes.',
    remedy: 'Send less at once; the message names the limit.',
  },
  TooManyRequests: {
    kind: 'tooMany',
    happened: 'This session, token or address has sent more requests than the limit allows.',
    remedy: 'Wait as long as `Retry-After` says.',
  },
  Unavailable: {
    kind: 'unavailable',
    happened: 'Something that the answer needs is not reachable: the database, or a node that is not connected.',
    remedy: 'Try again; `/readyz` says which part is missing.',
  },
  Internal: {
    kind: 'internal',
    happened: 'A defect of ours. Nothing was changed: each change is one transaction.',
    remedy: 'Report it with the request id, under which the log has the cause.',
  },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof errorCatalogue;

/** An error that the caller is told about: a code of the catalogue, a sentence that is safe to show, and data to act on. */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, message: string, options: { details?: Readonly<Record<string, unknown>>; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details;
  }

  get kind(): ErrorKind {
    return errorCatalogue[this.code].kind;
  }
}

/** The error for an object that is not there, or not in the caller's organization: both look alike (I11). */
export function notFound(kind: string, idOrName: string): DomainError {
  return new DomainError('NotFound', `There is no ${kind} “${idOrName}” here.`, { details: { kind, id: idOrName } });
}
