import { isTRPCClientError } from '@trpc/client';

/** What a person needs of an error: what happened, whether they may not or it failed, and the number to ask about. */
export interface Failure {
  kind: 'not-allowed' | 'not-found' | 'unreachable' | 'failed';
  /** The code of the catalogue in docs/errors.md, when the control plane answered. */
  code: string | null;
  message: string;
  requestId: string | null;
  /** Problems of single fields of what was sent, by their path. */
  fields: Readonly<Record<string, string>>;
}

/** Reads any error that a query or a change ended with. */
export function failureOf(error: unknown): Failure {
  if (!isTRPCClientError(error)) return { kind: 'failed', code: null, message: error instanceof Error ? error.message : 'Something went wrong.', requestId: null, fields: {} };
  const data: unknown = error.data;
  const status = read(data, 'httpStatus');
  const code = read(data, 'code');
  if (status === undefined) return { kind: 'unreachable', code: null, message: 'The control plane did not answer. Nothing was changed as far as is known.', requestId: null, fields: {} };
  return {
    kind: status === 401 || status === 403 ? 'not-allowed' : status === 404 ? 'not-found' : 'failed',
    code: typeof code === 'string' ? code : null,
    message: error.message,
    requestId: asText(read(data, 'requestId')),
    fields: fieldsOf(read(data, 'details')),
  };
}

/** Whether a procedure that was asked in this process refused because nobody is signed in any more. */
export function isSignedOut(error: unknown): boolean {
  return read(error, 'code') === 'UNAUTHORIZED';
}

/** What a form shows of a change that failed: a sentence at each field that is at fault, or else one for the whole form. */
export function formFailureOf(change: { isError: boolean; error: unknown }): { fields: Readonly<Record<string, string>>; general: string | undefined } {
  if (!change.isError) return { fields: {}, general: undefined };
  const { fields, message } = failureOf(change.error);
  return { fields, general: Object.keys(fields).length === 0 ? message : undefined };
}

function fieldsOf(details: unknown): Record<string, string> {
  const issues = read(details, 'issues');
  if (!Array.isArray(issues)) return {};
  const fields: Record<string, string> = {};
  for (const issue of issues) {
    const path = read(issue, 'path');
    const message = asText(read(issue, 'message'));
    if (Array.isArray(path) && message !== null) fields[path.join('.')] ??= message;
  }
  return fields;
}

function read(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function asText(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
