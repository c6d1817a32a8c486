import { betterAuth } from 'better-auth';
import { prismaAdapter } from 'better-auth/adapters/prisma';
import type { BetterAuthPlugin } from 'better-auth';
import { APIError, createAuthEndpoint, createAuthMiddleware, sessionMiddleware } from 'better-auth/api';
import { setSessionCookie } from 'better-auth/cookies';
import { symmetricDecrypt, symmetricEncrypt } from 'better-auth/crypto';
import { genericOAuth, twoFactor } from 'better-auth/plugins';
import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import type { SingleSignOn } from '../kernel/env.ts';
import { DomainError } from '../kernel/errors.ts';
import { createRateLimiter } from '../kernel/limits.ts';
import { storableText } from '../kernel/storable-text.ts';
import { touchSession, usedEveryMs } from './repository.ts';
import { acceptInvitationInput, acceptSignInLinkInput, passwordLimits } from './schema.ts';
import { endSessionAt } from './break-glass/repository.ts';
import { useBreakGlassInput } from './break-glass/schema.ts';
import { openByCode } from './break-glass/service.ts';
import { beginPasskeyInput, makePasskeyInput, provePasskeyInput } from './passkeys/schema.ts';
import { beginPasskey, beginProof, challengeSeconds, makePasskey, passkeyPaths, passkeyRates, provePasskey } from './passkeys/service.ts';
import type { Answering } from './passkeys/service.ts';
import { awaitsCode, codePaths, secondFactorKeys, secondFactorOptions, secondFactorPaths, secondFactorRates, showsSecondFactor } from './second-factor.ts';
import { acceptInvitation, acceptSignInLink } from './service/sign-in-links.ts';
import { callbackPath, providerId, singleSignOnPart, singleSignOnPath } from './single-sign-on.ts';
import { actorOfSession, recordOwnChange, recordRefusedCode, recordRefusedSignIn, recordSession } from './sign-in-records.ts';
import type { OwnChange } from './sign-in-records.ts';

const SESSION_SECONDS = 14 * 24 * 3600;

/** Set by the HTTP edge from the socket, and taken from nobody else. */
export const remoteAddressHeader = 'x-selvedge-remote-address';
export const requestIdHeader = 'x-request-id';

const changePasswordPath = '/change-password';
/** Paths below /api/auth that are served; everything else of the library stays closed. */
export const authPaths = ['/sign-in/email', '/sign-out', changePasswordPath, '/sign-in-link', '/invitation', singleSignOnPath, ...secondFactorPaths, ...passkeyPaths, '/break-glass'] as const;
/** What browsers come to by themselves, sent by the provider. */
export const authLandings = [callbackPath] as const;

/** What people change of their own way in while they are signed in, by the path that does it. */
const ownChanges = new Map<string, OwnChange>([
  [changePasswordPath, 'password.change'],
  ['/two-factor/verify-totp', 'secondFactor.enable'],
  ['/two-factor/disable', 'secondFactor.disable'],
]);

export interface Authenticator {
  /** Answers a request below /api/auth. */
  handle(request: Request): Promise<Response>;
  /** Who the cookie's session belongs to, or null. */
  session(headers: Headers): Promise<Actor | null>;
}

/**
 * People's sign-in: passwords as scrypt hashes, sessions in the database under a signed, HttpOnly, SameSite=Lax cookie, attempts
 * limited by address and by person, a code beside the password where the person wants one, or a provider's word. Every sign-in, sign-out, change of a
 * way in, refused password and refused code is in the audit chain.
 */
export function createAuthentication(deps: Deps, singleSignOn?: SingleSignOn): Authenticator {
  if (singleSignOn !== undefined) singleSignOnPart.provide(deps, { name: singleSignOn.name });
  const attempts = createRateLimiter(deps.clock, { perSecond: 1 / 30, burst: 10 });
  const auth = betterAuth({
    appName: 'Selvedge',
    baseURL: deps.publicUrl,
    basePath: '/api/auth',
    secret: deps.vault.derive('better-auth'),
    database: prismaAdapter(deps.db, { provider: 'postgresql', transaction: true }),
    telemetry: { enabled: false },
    logger: { disabled: true },
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: passwordLimits.charactersMin, maxPasswordLength: passwordLimits.charactersMax },
    // Accounts here are made by invitation alone, so the address that a person was invited by is theirs at the provider, too.
    account: { accountLinking: { enabled: true, trustedProviders: [providerId], requireLocalEmailVerified: false } },
    session: { additionalFields: { secondFactor: { type: 'boolean', required: false, input: false } }, expiresIn: SESSION_SECONDS, disableSessionRefresh: true, cookieCache: { enabled: false } },
    rateLimit: {
      enabled: true,
      storage: 'database',
      window: 60,
      max: 60,
      // To begin with a provider guesses nothing, and those of one plant come from one address.
      customRules: { '/sign-in/email': { window: 60, max: 20 }, [singleSignOnPath]: { window: 60, max: 60 }, '/sign-in-link': { window: 60, max: 10 }, '/invitation': { window: 60, max: 10 }, [changePasswordPath]: { window: 60, max: 10 }, ...secondFactorRates, ...passkeyRates, '/break-glass': { window: 60, max: 5 } },
    },
    // The edge has compared the origin with the host already (http/security.ts); this accepts what it accepted.
    trustedOrigins: (request) => {
      const origin = request?.headers.get('origin');
      return origin === null || origin === undefined ? [] : [origin];
    },
    advanced: {
      cookiePrefix: 'selvedge',
      useSecureCookies: deps.publicUrl.startsWith('https:'),
      ipAddress: { ipAddressHeaders: [remoteAddressHeader] },
      database: { generateId: () => deps.ids.next() },
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', path: '/' },
    },
    plugins: [acceptancePlugin(deps), passkeyPlugin(deps), twoFactor(secondFactorOptions), ...(singleSignOn === undefined ? [] : [providerPlugin(singleSignOn)])],
    hooks: {
      before: createAuthMiddleware(async (ctx) => {
        // The keys as they are at this moment: they change while this runs.
        if (ctx.path.startsWith('/two-factor/')) ctx.context.secretConfig = secondFactorKeys(deps.vault);
        // A machine that is trusted for a month would make the code a formality there.
        if (codePaths.includes(ctx.path) && trustsDevice(ctx.body)) throw new APIError('BAD_REQUEST', { message: 'A code is asked for at every sign-in.' });
        if (ctx.path !== '/sign-in/email') return;
        const decision = attempts.take(emailOf(ctx.body));
        if (!decision.allowed) throw new APIError('TOO_MANY_REQUESTS', { message: `Too many attempts for this person. Try again in ${Math.ceil(decision.retryAfterMs / 1000)} seconds.` });
      }),
      after: createAuthMiddleware(async (ctx) => {
        if (codePaths.includes(ctx.path) && ctx.context.returned instanceof APIError) {
          const cookie = ctx.context.createAuthCookie('two_factor');
          const challenge = await ctx.getSignedCookie(cookie.name, ctx.context.secret);
          const pending = challenge ? await ctx.context.internalAdapter.findVerificationValue(challenge) : null;
          if (pending) await recordRefusedCode(deps, pending.value, ctx.headers?.get(requestIdHeader) ?? deps.ids.next());
          return;
        }
        if (ctx.path !== '/sign-in/email' || !(ctx.context.returned instanceof APIError)) return;
        await recordRefusedSignIn(deps, emailOf(ctx.body), ctx.headers?.get(requestIdHeader) ?? deps.ids.next());
      }),
    },
    databaseHooks: {
      session: {
        create: {
          before: async (session, ctx) => (showsSecondFactor(ctx?.path, singleSignOn?.showsSecondFactor === true) ? { data: { ...session, secondFactor: true } } : undefined),
          after: async (session, ctx) => ((await awaitsCode(deps, ctx?.path, session.userId)) ? undefined : recordSession(deps, 'session.start', session, ctx?.headers?.get(requestIdHeader))),
        },
        delete: { after: async (session, ctx) => ((await awaitsCode(deps, ctx?.path, session.userId)) ? undefined : recordSession(deps, 'session.end', session, ctx?.headers?.get(requestIdHeader))) },
      },
    },
  });
  const session: Authenticator['session'] = async (headers) => {
    const found = await auth.api.getSession({ headers });
    if (found === null) return null;
    const now = deps.clock.now();
    if (found.session.updatedAt.getTime() < now - usedEveryMs) await touchSession(deps.db, found.session.id, new Date(now), headers.get(remoteAddressHeader));
    return actorOfSession(deps, found.session, headers.get(requestIdHeader));
  };
  return {
    session,
    handle: async (request) => {
      const { pathname } = new URL(request.url);
      const change = ownChanges.get(pathname.slice(pathname.indexOf('/api/auth') + '/api/auth'.length));
      if (change === undefined) return auth.handler(request);
      // Asked before: a change may end the session that it came by.
      const actor = await session(request.headers);
      const response = await auth.handler(request);
      if (actor !== null) await recordOwnChange(deps, actor, change, response.ok);
      return response;
    },
  };
}

/** The provider says who somebody is; who may come in is said here, by invitation. */
function providerPlugin({ issuer, clientId, clientSecret, name }: SingleSignOn) {
  const discoveryUrl = `${issuer}/.well-known/openid-configuration`;
  return genericOAuth({ config: [{ providerId, name, discoveryUrl, clientId, clientSecret, scopes: ['openid', 'email', 'profile'], requireIdTokenVerification: true, disableSignUp: true, disableImplicitSignUp: true, disableProviderLogout: true }] });
}

function trustsDevice(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'trustDevice' in body && body.trustDevice !== false;
}

function emailOf(body: unknown): string {
  const email: unknown = typeof body === 'object' && body !== null && 'email' in body ? body.email : '';
  return typeof email === 'string' ? storableText(email.toLowerCase().slice(0, 254)) : '';
}

type EndpointContext = Parameters<typeof setSessionCookie>[0];

/** The ways in that begin with a link or a code: all end in a session, so they are endpoints of the library that keeps sessions. */
function acceptancePlugin(deps: Deps) {
  return {
    id: 'selvedge-acceptance',
    endpoints: {
      acceptSignInLink: createAuthEndpoint('/sign-in-link', { method: 'POST', body: acceptSignInLinkInput }, async (ctx) => {
        const { token, name, email, password } = ctx.body;
        const passwordHash = await ctx.context.password.hash(password);
        const userId = await answered(() => acceptSignInLink(deps, token, { name, email, passwordHash, requestId: requestIdOf(deps, ctx.headers) }));
        await startSession(ctx, userId);
        return ctx.json({ done: true });
      }),
      openByCode: createAuthEndpoint('/break-glass', { method: 'POST', body: useBreakGlassInput }, async (ctx) => {
        const from = { address: ctx.headers?.get(remoteAddressHeader) ?? null, requestId: requestIdOf(deps, ctx.headers) };
        const { userId, endsAt } = await answered(() => openByCode(deps, ctx.body, from));
        const session = await startSession(ctx, userId);
        await endSessionAt(deps.db, session.id, endsAt);
        return ctx.json({ done: true });
      }),
      acceptInvitation: createAuthEndpoint('/invitation', { method: 'POST', body: acceptInvitationInput }, async (ctx) => {
        const { token, name, password } = ctx.body;
        const passwordHash = await ctx.context.password.hash(password);
        const verify = (hash: string): Promise<boolean> => ctx.context.password.verify({ hash, password });
        const userId = await answered(() => acceptInvitation(deps, token, { name, passwordHash, requestId: requestIdOf(deps, ctx.headers) }, verify));
        await startSession(ctx, userId);
        return ctx.json({ done: true });
      }),
    },
  } satisfies BetterAuthPlugin;
}

/** Passkeys: a challenge that the library keeps for the browser that asked, and the device’s answer to it. */
function passkeyPlugin(deps: Deps) {
  return {
    id: 'selvedge-passkeys',
    endpoints: {
      beginPasskey: createAuthEndpoint('/passkey/register-options', { method: 'POST', body: beginPasskeyInput, use: [sessionMiddleware] }, async (ctx) => {
        const { user } = ctx.context.session;
        await requirePassword(ctx, user.id, ctx.body.password);
        const options = await answered(() => beginPasskey(deps, originOf(ctx.headers), user));
        await keepChallenge(deps, ctx, 'register', options.challenge);
        return ctx.json(options);
      }),
      makePasskey: createAuthEndpoint('/passkey/register', { method: 'POST', body: makePasskeyInput, use: [sessionMiddleware] }, async (ctx) => {
        const made = await makePasskey(deps, ctx.context.session.session, ctx.body, await answeringOf(ctx, 'register'));
        if (!made) throw new APIError('BAD_REQUEST', { message: 'The device’s answer proves nothing, came too late, or is of a passkey that is known already.' });
        return ctx.json({ done: true });
      }),
      beginPasskeySignIn: createAuthEndpoint('/passkey/sign-in-options', { method: 'POST' }, async (ctx) => {
        const options = await beginProof(deps, originOf(ctx.headers));
        await keepChallenge(deps, ctx, 'sign-in', options.challenge);
        return ctx.json(options);
      }),
      signInByPasskey: createAuthEndpoint('/passkey/sign-in', { method: 'POST', body: provePasskeyInput }, async (ctx) => {
        const userId = await provePasskey(deps, ctx.body, await answeringOf(ctx, 'sign-in'));
        if (userId === null) throw new APIError('UNAUTHORIZED', { message: 'This passkey is not known here, or its answer came too late. Try again.' });
        await startSession(ctx, userId);
        return ctx.json({ done: true });
      }),
    },
  } satisfies BetterAuthPlugin;
}

type Ceremony = 'register' | 'sign-in';

/** Who sits at a session that somebody left open must not make a way in of their own. Who signs in by a provider alone has no password to ask for. */
async function requirePassword(ctx: EndpointContext, userId: string, password: string): Promise<void> {
  const hash = (await ctx.context.internalAdapter.findAccounts(userId)).find((account) => account.providerId === 'credential')?.password;
  if (typeof hash === 'string' && !(await ctx.context.password.verify({ hash, password }))) throw new APIError('BAD_REQUEST', { message: 'This is not your password.', code: 'INVALID_PASSWORD' });
}

/** Keeps a challenge for one answer of the browser that asked, which holds a signed cookie that names it. */
async function keepChallenge(deps: Deps, ctx: EndpointContext, ceremony: Ceremony, challenge: string): Promise<void> {
  const identifier = `passkey-${ceremony}-${deps.ids.secret()}`;
  await ctx.context.internalAdapter.createVerificationValue({ identifier, value: challenge, expiresAt: new Date(Date.now() + challengeSeconds * 1000) });
  const cookie = ctx.context.createAuthCookie('passkey', { maxAge: challengeSeconds });
  await ctx.setSignedCookie(cookie.name, identifier, ctx.context.secret, cookie.attributes);
}

async function answeringOf(ctx: EndpointContext, ceremony: Ceremony): Promise<Answering> {
  const identifier = await ctx.getSignedCookie(ctx.context.createAuthCookie('passkey').name, ctx.context.secret);
  const ours = typeof identifier === 'string' && identifier.startsWith(`passkey-${ceremony}-`);
  const kept = ours ? await ctx.context.internalAdapter.consumeVerificationValue(identifier) : null;
  const challenge = kept !== null && kept.expiresAt.getTime() > Date.now() ? kept.value : null;
  return { origin: originOf(ctx.headers), requestId: ctx.headers?.get(requestIdHeader) ?? null, challenge };
}

function originOf(headers: Headers | undefined): string | null {
  return headers?.get('origin') ?? null;
}

async function startSession(ctx: EndpointContext, userId: string): Promise<{ id: string }> {
  const user = await ctx.context.internalAdapter.findUserById(userId);
  if (user === null) throw new APIError('INTERNAL_SERVER_ERROR');
  const session = await ctx.context.internalAdapter.createSession(userId);
  await setSessionCookie(ctx, { session, user });
  return session;
}

function requestIdOf(deps: Deps, headers: Headers | undefined): string {
  return headers?.get(requestIdHeader) ?? deps.ids.next();
}

/** Domain errors in the library's form: its clients read `message` and `code`. */
async function answered<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DomainError) throw new APIError('UNAUTHORIZED', { message: error.message, code: error.code });
    throw error;
  }
}

/** What the library sealed of a second factor, under the newest key. Throws when it does not open. */
export async function sealSecondFactorAgain({ vault }: Pick<Deps, 'vault'>, sealed: string): Promise<string> {
  const key = secondFactorKeys(vault);
  return symmetricEncrypt({ key, data: await symmetricDecrypt({ key, data: sealed }) });
}
