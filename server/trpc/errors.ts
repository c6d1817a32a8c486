import { TRPCError } from '@trpc/server';
import { z } from 'zod';
import { DomainError } from '../kernel/errors.ts';
import type { ErrorCode, ErrorKind } from '../kernel/errors.ts';

/** An error as clients of every surface see it. */
export interface WireError {
  code: ErrorCode;
  details?: Readonly<Record<string, unknown>>;
  requestId: string;
}

const trpcCodeOfKind = {
  unauthenticated: 'UNAUTHORIZED',
  forbidden: 'FORBIDDEN',
  notFound: 'NOT_FOUND',
  invalid: 'BAD_REQUEST',
  conflict: 'CONFLICT',
  tooLarge: 'PAYLOAD_TOO_LARGE',
  tooMany: 'TOO_MANY_REQUESTS',
  unavailable: 'SERVICE_UNAVAILABLE',
  internal: 'INTERNAL_SERVER_ERROR',
} as const satisfies Record<ErrorKind, TRPCError['code']>;

/** Connection failures of the driver and of Prisma: the database is away or has no connection left, which is nobody's defect. */
const databaseAway = /ECONNREFUSED|ECONNRESET|ETIMEDOUT|P1001|P1002|P1017|P2028|57P0[123]|connection terminated|timeout exceeded when trying to connect|can't reach database|connection timeout/i;

/**
 * The domain's view of anything that was thrown: a DomainError as it is, refused input as InvalidInput with its issues, a
 * lost database as Unavailable, everything else as Internal, whose text never leaves the process.
 */
export function toDomainError(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  const cause = error instanceof TRPCError ? error.cause : undefined;
  if (cause instanceof DomainError) return cause;
  if (error instanceof TRPCError && error.code === 'BAD_REQUEST') return invalidInput(cause);
  if (error instanceof TRPCError && error.code === 'NOT_FOUND') return new DomainError('NotFound', 'There is no such procedure.', { cause: error });
  if (isDatabaseAway(error)) return new DomainError('Unavailable', 'The database is not reachable at the moment. Nothing was changed.', { cause: error });
  return new DomainError('Internal', 'Something went wrong on our side. Nothing was changed.', { cause: error });
}

/** Refused input; `cause` is what zod said of it. */
export function invalidInput(cause: unknown): DomainError {
  if (!(cause instanceof z.core.$ZodError)) return new DomainError('InvalidInput', 'The request is not well formed.', { cause });
  const issues = cause.issues.slice(0, 50).map((issue) => ({ path: issue.path.map(String), message: issue.message }));
  const [first] = issues;
  const where = first === undefined || first.path.length === 0 ? '' : `${first.path.join('.')}: `;
  return new DomainError('InvalidInput', `${where}${first?.message ?? 'the input is not valid'}`, { details: { issues }, cause });
}

function isDatabaseAway(error: unknown): boolean {
  for (let current: unknown = error, depth = 0; current instanceof Error && depth < 5; current = current.cause, depth++) {
    if (databaseAway.test(`${'code' in current ? String(current.code) : ''} ${current.message}`)) return true;
  }
  return false;
}

/** The same error as tRPC carries it, with the domain's error as its cause. */
export function toTrpcError(error: unknown): TRPCError {
  const domain = toDomainError(error);
  return new TRPCError({ code: trpcCodeOfKind[domain.kind], message: domain.message, cause: domain });
}

/** What the error formatter adds to a response. */
export function wireErrorOf(error: unknown, requestId: string): WireError {
  const { code, details } = toDomainError(error);
  return details === undefined ? { code, requestId } : { code, details, requestId };
}
