import { definePart } from '../kernel/process-part.ts';

/** What the library calls the one provider, and where it comes back to. */
export const providerId = 'oidc';
export const singleSignOnPath = '/sign-in/social';
export const callbackPath = `/callback/${providerId}`;

/** The provider by which people may sign in, where this process knows one. */
export const singleSignOnPart = definePart<{ name: string }>();
