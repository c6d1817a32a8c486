import { createHash } from 'node:crypto';
import { bundleManifestSchema, canonicalJson, keySetSchema } from '@selvedge/edge-runtime/protocol';
import { CliError, exitCodes } from './exit.ts';

/** A text that is to be signed, with what it is known by. */
export interface SignedText {
  readonly digest: string;
  readonly payload: string;
}

/**
 * What a text says, in lines for who is to sign it: read from the text itself, since whoever asks for a signature may say anything of
 * it. Throws where it is not what its digest says, or is nothing that this version knows.
 */
export function saysOf({ digest, payload }: SignedText): string[] {
  if (`sha256:${createHash('sha256').update(payload).digest('hex')}` !== digest) throw new CliError(exitCodes.refused, `The text is not the one with the digest ${digest}: it was changed on its way.`);
  const value = readCanonical(payload);
  const bundle = bundleManifestSchema.safeParse(value);
  if (bundle.success) return bundleLines(bundle.data);
  const keys = keySetSchema.safeParse(value);
  if (keys.success) return keySetLines(keys.data);
  throw new CliError(exitCodes.refused, 'The text is neither a bundle nor a change of the keys: do not sign what nobody can read.');
}

function readCanonical(payload: string): unknown {
  try {
    const value = JSON.parse(payload);
    if (canonicalJson(value) !== payload) throw new Error('it is not canonical');
    return value;
  } catch {
    throw new CliError(exitCodes.refused, 'The text is no canonical JSON: no node would take it.');
  }
}

function bundleLines({ organization, rules, models, settings }: ReturnType<typeof bundleManifestSchema.parse>): string[] {
  return [
    `bundle of organization ${organization}`,
    ...rules.map(({ name, version, digest, bytes }) => `rule ${name} ${version}: ${digest}, ${bytes} bytes`),
    ...models.map(({ name, version, digest, bytes }) => `model ${name} ${version}: ${digest}, ${bytes} bytes`),
    ...Object.entries(settings.connectors).map(([type, options]) => `connector ${type}: ${Object.entries(options).map(([name, text]) => `${name}=${text}`).join(', ')}`),
  ];
}

function keySetLines({ organization, version, keys, threshold = 1 }: ReturnType<typeof keySetSchema.parse>): string[] {
  return [
    `keys of organization ${organization}, version ${version}`,
    ...keys.map(({ keyId, publicKey, holder }) => `key ${keyId} of ${holder ?? 'the control plane'}: ${publicKey}`),
    threshold === 1 ? 'the control plane alone signs' : `${threshold} have to sign, the control plane counting as one`,
  ];
}
