import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { artefactsOf, type Assignment, assignmentSchema, type BundleManifest, bundleManifestSchema, canonicalJson, type Digest, type Envelope, type TrustedKey } from '../protocol/index.ts';
import type { Trust } from './pinned-trust.ts';

/** Why the node will not run what it was told to run. */
export type RejectionCode = 'NotTrusted' | 'SignatureInvalid' | 'SignaturesMissing' | 'Malformed' | 'WrongOrganization' | 'WrongNode' | 'OlderGeneration' | 'TooFarAhead' | 'Expired' | 'DigestMismatch' | 'TooLarge' | 'WrongSize' | 'Unreadable';

export class Rejection extends Error {
  override readonly name = 'Rejection';
  readonly code: RejectionCode;

  constructor(code: RejectionCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The two signed texts that say what to run, as they travel and as they are kept on disk. */
export interface SignedDesired {
  readonly assignment: Envelope;
  readonly bundle: Envelope;
}

/** What was told, and proven to be told by whom the node trusts. */
export interface VerifiedDesired extends SignedDesired {
  readonly generation: number;
  readonly digest: Digest;
  readonly told: Assignment;
  readonly manifest: BundleManifest;
}

/** What one node can take; a bundle past it is refused before a byte of it is fetched. */
export const activationLimits = { artefactBytesMax: 1024 ** 3, bundleBytesMax: 4 * 1024 ** 3, ruleBytesMax: 1024 ** 2 } as const;

export function digestOf(content: string | Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/**
 * Checks everything that can be known of a desired state before fetching anything (I3): signatures by a pinned key, the
 * organization, the node, and that the manifest is the one the assignment names. Where several have to sign, all that decides what
 * runs is in the bundle that they signed; one of `taken`, which the node took on before, may be told of again without them. Throws a `Rejection`.
 */
export function verifyDesired(desired: SignedDesired, trust: Trust | undefined, taken: readonly Digest[] = []): VerifiedDesired {
  if (trust === undefined) throw new Rejection('NotTrusted', 'This node has not been welcomed by a control plane yet, so it trusts no signature.');
  requireSignature('assignment', desired.assignment, trust.signingKeys);
  const digest = digestOf(desired.bundle.payload);
  if (taken.includes(digest)) requireSignature('bundle', desired.bundle, trust.signingKeys);
  else requireSignatures('bundle', desired.bundle, trust);
  const told = readPayload('assignment', desired.assignment, (value) => assignmentSchema.parse(value));
  const manifest = readPayload('bundle', desired.bundle, (value) => bundleManifestSchema.parse(value));
  if (told.organization !== trust.organization || manifest.organization !== trust.organization) throw new Rejection('WrongOrganization', `The assignment is for organization ${told.organization} and the bundle of ${manifest.organization}; this node belongs to ${trust.organization}.`);
  if (told.node !== trust.node) throw new Rejection('WrongNode', `The assignment is for node ${told.node}; this is ${trust.node}.`);
  if (trust.threshold > 1 && Object.keys(told.settings).length > 0) throw new Rejection('SignaturesMissing', 'The assignment changes settings for this node alone, which nobody but the control plane signed.');
  if (told.bundle !== digest) throw new Rejection('DigestMismatch', `The assignment names bundle ${told.bundle}, and ${digest} came with it.`);
  requireSize(manifest);
  return { assignment: desired.assignment, bundle: desired.bundle, generation: told.generation, digest, told, manifest };
}

/** The same of a bundle alone, which nothing tells the node to run: who signed it, for whom, and that a node could take it. Throws a `Rejection`. */
export function verifyManifest(bundle: Envelope, trust: Trust | undefined): { digest: Digest; manifest: BundleManifest } {
  if (trust === undefined) throw new Rejection('NotTrusted', 'This node has not been welcomed by a control plane yet, so it trusts no signature.');
  requireSignatures('bundle', bundle, trust);
  const manifest = readPayload('bundle', bundle, (value) => bundleManifestSchema.parse(value));
  if (manifest.organization !== trust.organization) throw new Rejection('WrongOrganization', `The bundle is of organization ${manifest.organization}; this node belongs to ${trust.organization}.`);
  requireSize(manifest);
  return { digest: digestOf(bundle.payload), manifest };
}

/** Throws a `Rejection` unless one of the control plane's keys signed the text. */
export function requireSignature(what: string, envelope: Envelope, trustedKeys: readonly TrustedKey[]): void {
  const own = trustedKeys.filter(({ holder }) => holder === undefined);
  if (signedBy(envelope, own).size === 0) throw new Rejection('SignatureInvalid', `The ${what} carries no valid signature by a key that this node has pinned.`);
}

/** Throws a `Rejection` unless the control plane signed the text, and as many who hold keys as are needed beside it. */
export function requireSignatures(what: string, envelope: Envelope, { signingKeys, threshold }: Pick<Trust, 'signingKeys' | 'threshold'>): void {
  requireSignature(what, envelope, signingKeys);
  const holders = signedBy(envelope, signingKeys.filter(({ holder }) => holder !== undefined));
  if (holders.size + 1 < threshold) throw new Rejection('SignaturesMissing', `The ${what} is signed by the control plane and ${holders.size} of the people who hold keys; this node wants ${threshold - 1}.`);
}

/** Which of the keys signed the text: each counts once, by whatever names it goes. */
function signedBy(envelope: Envelope, keys: readonly TrustedKey[]): Set<string> {
  const valid = new Set<string>();
  for (const { keyId, signature } of envelope.signatures) {
    const pinned = keys.find((key) => key.keyId === keyId);
    if (pinned === undefined || valid.has(pinned.publicKey)) continue;
    if (isSigned(envelope.payload, signature, pinned)) valid.add(pinned.publicKey);
  }
  return valid;
}

/** What is known of a public key, whoever trusts it: itself, and the digests of texts that it signed, by signature. */
interface Known {
  readonly key: KeyObject;
  readonly signed: Map<string, Digest>;
}
const known = new Map<string, Known>();
/** The oldest make room. A node has a few of either: what it ran, runs and is to run, and whose signatures that has to have. */
const keysMax = 64;
const signedMax = 64;

/** The same text is told, kept and read again many times, and Ed25519 is most of what looking at it costs. */
function isSigned(payload: string, signature: string, { publicKey }: TrustedKey): boolean {
  const { key, signed } = known.get(publicKey) ?? know(publicKey);
  const digest = digestOf(payload);
  if (signed.get(signature) === digest) return true;
  if (!verify(null, Buffer.from(payload), key, Buffer.from(signature, 'base64url'))) return false;
  keep(signed, signature, digest, signedMax);
  return true;
}

function know(publicKey: string): Known {
  const made: Known = { key: createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' }), signed: new Map() };
  keep(known, publicKey, made, keysMax);
  return made;
}

function keep<Value>(map: Map<string, Value>, key: string, value: Value, most: number): void {
  for (const oldest of map.keys()) if (map.size >= most) map.delete(oldest);
  map.set(key, value);
}

/** The value of a signed text; throws a `Rejection` when it is not canonical, or not what it should be. */
export function readPayload<Value>(what: string, envelope: Envelope, parse: (value: unknown) => Value): Value {
  try {
    const value = JSON.parse(envelope.payload);
    if (canonicalJson(value) !== envelope.payload) throw new Error('it is not canonical JSON');
    return parse(value);
  } catch (cause) {
    throw new Rejection('Malformed', `The ${what} is signed, but cannot be read by this version of the agent.`, { cause });
  }
}

function requireSize(manifest: BundleManifest): void {
  const { artefactBytesMax, bundleBytesMax, ruleBytesMax } = activationLimits;
  const rule = manifest.rules.find((candidate) => candidate.bytes > ruleBytesMax);
  if (rule !== undefined) throw new Rejection('TooLarge', `Rule ${rule.name} has ${rule.bytes} bytes; a node takes ${ruleBytesMax}.`);
  const model = manifest.models.find((candidate) => candidate.bytes > artefactBytesMax);
  if (model !== undefined) throw new Rejection('TooLarge', `Model ${model.name} has ${model.bytes} bytes; a node takes ${artefactBytesMax}.`);
  const total = artefactsOf(manifest).reduce((sum, artefact) => sum + artefact.bytes, 0);
  if (total > bundleBytesMax) throw new Rejection('TooLarge', `The bundle has ${total} bytes; a node takes ${bundleBytesMax}.`);
}
