import { apiHeaders } from '../_data/headers.ts';

export type AuthAnswer = { ok: true } | { ok: false; message: string };

/** Sends a sign-in form. The session comes back as a cookie that no script can read. */
export async function postAuth(path: '/sign-in/email' | '/sign-in-link' | '/invitation', body: Record<string, string>): Promise<AuthAnswer> {
  try {
    const response = await fetch(`/api/auth${path}`, { method: 'POST', headers: { ...apiHeaders, 'content-type': 'application/json' }, body: JSON.stringify(body) });
    if (response.ok) return { ok: true };
    return { ok: false, message: messageOf(response.status, response.headers.get('retry-after'), await response.json().catch(() => null)) };
  } catch {
    return { ok: false, message: 'The control plane did not answer. Check that it runs, and try again.' };
  }
}

function messageOf(status: number, retryAfter: string | null, answer: unknown): string {
  if (status === 429) return retryAfter === null ? 'Too many attempts. Wait a minute and try again.' : `Too many attempts. Try again in ${retryAfter} seconds.`;
  for (const member of ['detail', 'message']) {
    const text: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, member) : undefined;
    if (typeof text === 'string' && text !== '') return text.endsWith('.') ? text : `${text}.`;
  }
  return `The control plane refused it (${status}).`;
}

/** A path of ours to go to afterwards; anything else, such as another site, becomes the overview. */
export function ownPath(next: string | undefined): string {
  return next !== undefined && /^\/(?![/\\])/.test(next) ? next : '/';
}
