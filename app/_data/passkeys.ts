import { startAuthentication, startRegistration } from '@simplewebauthn/browser';
import type { PublicKeyCredentialCreationOptionsJSON, PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/browser';
import { postAuth, type AuthAnswer } from './post-auth.ts';

/** Has a device of the person make a passkey, behind its own lock, and keeps it under the name. */
export async function makePasskey(name: string, password: string): Promise<AuthAnswer> {
  const begun = await postAuth('/passkey/register-options', { password });
  if (!begun.ok) return begun;
  // What the control plane answers here is what browsers take, by the same standard.
  return withDevice(() => startRegistration({ optionsJSON: begun.data as PublicKeyCredentialCreationOptionsJSON }), (response) => postAuth('/passkey/register', { name, response }));
}

/** Signs in by a passkey that the browser, or a device near it, has for this console. */
export async function signInByPasskey(): Promise<AuthAnswer> {
  const begun = await postAuth('/passkey/sign-in-options', {});
  if (!begun.ok) return begun;
  return withDevice(() => startAuthentication({ optionsJSON: begun.data as PublicKeyCredentialRequestOptionsJSON }), (response) => postAuth('/passkey/sign-in', { response }));
}

async function withDevice<Response>(ask: () => Promise<Response>, send: (response: Response) => Promise<AuthAnswer>): Promise<AuthAnswer> {
  try {
    return await send(await ask());
  } catch (error) {
    return { ok: false, message: sentences[error instanceof Error ? error.name : ''] ?? 'The browser could not use a passkey.', wrongPassword: false };
  }
}

/** What browsers mean by the names of their errors. */
const sentences: Partial<Record<string, string>> = {
  NotAllowedError: 'No passkey was given: it was called off, took too long, or there is none here.',
  InvalidStateError: 'This device has a passkey for you already.',
  SecurityError: 'Browsers have passkeys for names under TLS only: open the console by its public address.',
};
