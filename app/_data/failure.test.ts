import { TRPCClientError } from '@trpc/client';
import { TRPCError } from '@trpc/server';
import { describe, expect, it } from 'vitest';
import { failureOf, formFailureOf, isSignedOut } from './failure.ts';

const answered = (data: object, message = 'Not that.') => TRPCClientError.from({ error: { message, code: -32_000, data } });

describe('what a person needs of an error', () => {
  it.each([
    [403, 'not-allowed'],
    [401, 'not-allowed'],
    [404, 'not-found'],
    [409, 'failed'],
    [500, 'failed'],
  ])('an answer of %i is %s', (httpStatus, kind) => {
    expect(failureOf(answered({ httpStatus, code: 'Some', requestId: 'r1' }))).toMatchObject({ kind, message: 'Not that.', code: 'Some', requestId: 'r1' });
  });

  it('says that nobody answered when nobody did', () => {
    expect(failureOf(new TRPCClientError('fetch failed'))).toMatchObject({ kind: 'unreachable', requestId: null });
  });

  it('takes what is no error at all', () => expect(failureOf('odd')).toMatchObject({ kind: 'failed', message: 'Something went wrong.' }));
});

describe('a session that was ended', () => {
  it('is told from every other refusal', () => {
    expect(isSignedOut(new TRPCError({ code: 'UNAUTHORIZED' }))).toBe(true);
    expect(isSignedOut(new TRPCError({ code: 'FORBIDDEN' }))).toBe(false);
    expect(isSignedOut(undefined)).toBe(false);
  });
});

describe('what a form shows of it', () => {
  const ofFields = { isError: true, error: answered({ httpStatus: 400, details: { issues: [{ path: ['name'], message: 'Too long.' }, { path: ['name'], message: 'And odd.' }, { path: 5 }] } }) };

  it('is a sentence at the field that is at fault', () => expect(formFailureOf(ofFields)).toEqual({ fields: { name: 'Too long.' }, general: undefined }));
  it('is one for the whole form when no field is', () => expect(formFailureOf({ isError: true, error: answered({ httpStatus: 409 }) })).toEqual({ fields: {}, general: 'Not that.' }));
  it('is nothing while nothing failed', () => expect(formFailureOf({ isError: false, error: null })).toEqual({ fields: {}, general: undefined }));
});
