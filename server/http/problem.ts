import type { ServerResponse } from 'node:http';
import type { DomainError, ErrorKind } from '../kernel/errors.ts';
import { errorCatalogue } from '../kernel/errors.ts';
import { sendText } from './exchange.ts';

export const statusOfKind = {
  unauthenticated: 401,
  forbidden: 403,
  notFound: 404,
  invalid: 422,
  conflict: 409,
  tooLarge: 413,
  tooMany: 429,
  unavailable: 503,
  internal: 500,
} as const satisfies Record<ErrorKind, number>;

/** An error after RFC 9457, with the catalogue's code to branch on and the request's id to find it in the log. */
export function problemOf(error: DomainError, requestId: string): Record<string, unknown> & { status: number } {
  return {
    type: `/api/docs#error-${error.code}`,
    title: errorCatalogue[error.code].happened,
    status: statusOfKind[error.kind],
    detail: error.message,
    code: error.code,
    requestId,
    ...(error.details === undefined ? {} : { details: error.details }),
  };
}

export function sendProblem(response: ServerResponse, error: DomainError, requestId: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const problem = problemOf(error, requestId);
  const headers: Record<string, string> = {};
  if (error.kind === 'unauthenticated') headers['www-authenticate'] = 'Bearer realm="selvedge"';
  const retryAfterMs = error.details?.['retryAfterMs'];
  if (typeof retryAfterMs === 'number') headers['retry-after'] = String(Math.ceil(retryAfterMs / 1000));
  // A body that was not read to its end would be taken for the next request.
  if (error.kind === 'tooLarge') headers['connection'] = 'close';
  sendText(response, problem.status, JSON.stringify(problem), 'application/problem+json; charset=utf-8', headers);
}
