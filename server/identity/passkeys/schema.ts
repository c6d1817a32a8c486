import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { z } from 'zod';

const text = z.string().max(16_384);

/** What a browser answers for a device, by its own JSON form (WebAuthn Level 3); the library looks into the texts. */
const credentialSchema = z.object({
  id: text,
  rawId: text,
  type: z.literal('public-key'),
  authenticatorAttachment: z.enum(['platform', 'cross-platform']).exactOptional(),
  clientExtensionResults: z.looseObject({}).default({}),
});
const madeSchema: z.ZodType<RegistrationResponseJSON> = credentialSchema.extend({ response: z.object({ clientDataJSON: text, attestationObject: text, transports: z.array(z.string().max(32)).max(16).exactOptional() }) });
const provedSchema: z.ZodType<AuthenticationResponseJSON> = credentialSchema.extend({ response: z.object({ clientDataJSON: text, authenticatorData: text, signature: text, userHandle: text.exactOptional() }) });

/** Body of `POST /api/auth/passkey/register-options`: the person’s own password, empty where they have none. */
export const beginPasskeyInput = z.object({ password: z.string().max(128) });
/** Body of `POST /api/auth/passkey/register`. */
export const makePasskeyInput = z.object({ name: z.string().trim().min(1, 'Give the passkey a name.').max(64), response: madeSchema });
/** Body of `POST /api/auth/passkey/sign-in`. */
export const provePasskeyInput = z.object({ response: provedSchema });
