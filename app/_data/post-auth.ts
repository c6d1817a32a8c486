import { apiHeaders } from './headers.ts';

/** `wrongPassword`: the password that was given as the person's own is not. */
export type AuthAnswer = { ok: true; data: unknown } | { ok: false; message: string; wrongPassword: boolean };

export type AuthPath = '/sign-in/email' | '/sign-in/social' | '/sign-in-link' | '/invitation' | '/break-glass' | '/change-password' | '/sign-out' | `/two-factor/${'enable' | 'verify-totp' | 'verify-backup-code' | 'disable'}` | `/passkey/${'register' | 'sign-in'}${'' | '-options'}`;

/** Sends what begins, changes or ends a way in. A session comes back as a cookie that no script can read. */
export async function postAuth(path: AuthPath, body: Readonly<Record<string, unknown>>): Promise<AuthAnswer> {
  try {
    const response = await fetch(`/api/auth${path}`, { method: 'POST', headers: { ...apiHeaders, 'content-type': 'application/json' }, body: JSON.stringify(body) });
    const answer: unknown = await response.json().catch(() => null);
    if (response.ok) return { ok: true, data: answer };
    return { ok: false, message: messageOf(response.status, response.headers.get('retry-after'), answer), wrongPassword: textOf(answer, 'code') === 'INVALID_PASSWORD' };
  } catch {
    return { ok: false, message: 'The control plane did not answer. Check that it runs, and try again.', wrongPassword: false };
  }
}

function messageOf(status: number, retryAfter: string | null, answer: unknown): string {
  if (status === 429) return retryAfter === null ? 'Too many attempts. Wait a minute and try again.' : `Too many attempts. Try again in ${retryAfter} seconds.`;
  for (const member of ['detail', 'message']) {
    const text = textOf(answer, member);
    if (text !== '') return text.endsWith('.') ? text : `${text}.`;
  }
  return `The control plane refused it (${status}).`;
}

function textOf(answer: unknown, member: string): string {
  const text: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, member) : undefined;
  return typeof text === 'string' ? text : '';
}
