import type { z } from 'zod';
import { performChange, recordRefusal } from '../../audit/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Deps } from '../../kernel/deps.ts';
import { DomainError, notFound } from '../../kernel/errors.ts';
import { markSecondFactor } from '../repository.ts';
import { requireUser } from '../service/sessions.ts';
import { actorOfSession } from '../sign-in-records.ts';
import { authenticationOptions, registrationOptions, relyingParty, verifyAuthentication, verifyRegistration } from './ceremonies.ts';
import { deletePasskey, findByCredential, findPasskeys, insertPasskey, noteUse } from './repository.ts';
import type { makePasskeyInput, provePasskeyInput } from './schema.ts';

/** Paths below /api/auth by which a passkey is made and signs in, each in two steps: a challenge, and the device’s answer. */
export const passkeyPaths = ['/passkey/register-options', '/passkey/register', '/passkey/sign-in-options', '/passkey/sign-in'] as const;
/** Requests of one address a minute. */
export const passkeyRates = Object.fromEntries(passkeyPaths.map((path) => [path, { window: 60, max: 20 }]));
/** How long a challenge waits for its answer. */
export const challengeSeconds = 300;

const passkeysMax = 20;

/** Of an answer: the page that asked, by its request; and the challenge that it was given, null where there is none that still counts. */
export interface Answering {
  origin: string | null;
  requestId: string | null;
  challenge: string | null;
}

interface SessionOf {
  id: string;
  userId: string;
}

/** What a browser is asked to have a passkey made for a person. Throws LimitReached. */
export async function beginPasskey(deps: Deps, origin: string | null, user: { id: string; name: string; email: string }) {
  const known = await findPasskeys(deps.db, user.id);
  if (known.length >= passkeysMax) throw new DomainError('LimitReached', `A person has at most ${passkeysMax} passkeys. Remove one first.`);
  return registrationOptions(relyingParty(deps.publicUrl, origin), user, known);
}

/** Keeps a passkey that its device has proved to have; the session has shown a second factor with that. False, on record, when it proved nothing. */
export async function makePasskey(deps: Deps, session: SessionOf, { name, response }: z.infer<typeof makePasskeyInput>, { origin, requestId, challenge }: Answering): Promise<boolean> {
  const credential = challenge === null ? null : await verifyRegistration(relyingParty(deps.publicUrl, origin), challenge, response);
  if (credential === null || (await findByCredential(deps.db, credential.id)) !== null) {
    await recordRefused(deps, session, 'passkey.add', requestId);
    return false;
  }
  const actor = await actorOfSession(deps, session, requestId);
  if (actor === null) throw new DomainError('NotSignedIn', 'You are a member of no organization any more.');
  const id = deps.ids.next();
  await performChange(deps, actor, async ({ tx, record, publish }) => {
    await insertPasskey(tx, { id, userId: actor.id, name, credentialId: credential.id, publicKey: credential.publicKey, counter: credential.counter, transports: response.response.transports ?? [], createdAt: new Date(deps.clock.now()) });
    await markSecondFactor(tx, session.id);
    record({ action: 'passkey.add', object: { kind: 'member', id: actor.id, name: actor.name }, after: { name } });
    publish({ topic: 'settings', subjectId: actor.id, kind: 'passkey' });
  });
  return true;
}

/** What a browser is asked to have any passkey of this console prove itself. */
export function beginProof(deps: Deps, origin: string | null) {
  return authenticationOptions(relyingParty(deps.publicUrl, origin));
}

/** Whose passkey proved itself; null, on record for whom it was tried, when none did. */
export async function provePasskey(deps: Deps, { response }: z.infer<typeof provePasskeyInput>, { origin, requestId, challenge }: Answering): Promise<string | null> {
  const passkey = await findByCredential(deps.db, response.id);
  if (passkey === null) return null;
  const counter = challenge === null ? null : await verifyAuthentication(relyingParty(deps.publicUrl, origin), challenge, response, passkey);
  if (counter !== null && (await noteUse(deps.db, passkey.id, { from: passkey.counter, to: counter }, new Date(deps.clock.now())))) return passkey.userId;
  await recordRefused(deps, { id: '', userId: passkey.userId }, 'session.start', requestId);
  return null;
}

/** Removes a passkey of the person’s own: its device signs nobody in any more. */
export async function removePasskey(deps: Deps, actor: Actor, id: string): Promise<void> {
  const user = requireUser(actor);
  await performChange(deps, actor, async ({ tx, record, publish }) => {
    const name = await deletePasskey(tx, user.id, id);
    if (name === null) throw notFound('passkey', id);
    record({ action: 'passkey.remove', object: { kind: 'member', id: user.id, name: user.name }, before: { name } });
    publish({ topic: 'settings', subjectId: user.id, kind: 'passkey' });
  });
}

async function recordRefused(deps: Deps, session: SessionOf, action: 'passkey.add' | 'session.start', requestId: string | null): Promise<void> {
  const actor = await actorOfSession(deps, session, requestId);
  if (actor !== null) await recordRefusal(deps, actor, { action, object: { kind: action === 'passkey.add' ? 'member' : 'session', id: actor.id, name: actor.email }, reason: 'The passkey’s answer did not prove that the device has the key, or came too late.' });
}
