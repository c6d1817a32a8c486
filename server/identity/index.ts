export { authenticate } from './authenticate.ts';
export type { Authentication } from './authenticate.ts';
export { authLandings, authPaths, createAuthentication, remoteAddressHeader, requestIdHeader } from './auth.ts';
export type { Authenticator } from './auth.ts';
export { capabilities } from './capabilities.ts';
export type { Capability } from './capabilities.ts';
export { capabilitiesOf, isAllowed, permission, refusalReason, requireCapability } from './policy.ts';
export { createApiToken } from './service/api-tokens.ts';
export { createSignInLink, ensureOrganization, needsFirstAdministrator } from './service/sign-in-links.ts';
