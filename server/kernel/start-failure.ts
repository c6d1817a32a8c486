import { EnvironmentError } from './env.ts';

const refusals: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'it ended the connection',
  ENOTFOUND: 'there is no machine of that name',
  EAI_AGAIN: 'the name cannot be looked up now',
  ETIMEDOUT: 'it does not answer',
  EHOSTUNREACH: 'there is no way to it',
  '28P01': 'it refuses the password',
  '28000': 'it refuses the user',
  '3D000': 'it has no such database',
  '53300': 'it has no connection to spare',
  '57P03': 'it is still starting',
};

/**
 * Why a program of the control plane ends before it works, as an operator reads it: in one sentence where it is something
 * that he set or can start, with no password in it, and else with where in the code it was.
 */
export function startFailure(error: unknown, databaseUrl: string | undefined): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof EnvironmentError) return error.message;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === 'EADDRINUSE' || code === 'EACCES') return `it cannot listen: ${error.message}. HOST and PORT say where.`;
  const reason = refusals[code];
  if (reason === undefined) return error.stack ?? error.message;
  return `Postgres at ${placeOf(databaseUrl)} cannot be used: ${reason}. DATABASE_URL names it.`;
}

function placeOf(databaseUrl: string | undefined): string {
  if (databaseUrl === undefined || !URL.canParse(databaseUrl)) return 'its address';
  const { host, pathname, username } = new URL(databaseUrl);
  return `${username === '' ? '' : `${username}@`}${host}${pathname}`;
}
