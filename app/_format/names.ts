/** The start of a digest, enough to tell two apart by eye: "sha256:9f31c2…" → "9f31c2a4". */
export function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, 8);
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether a text is an identity that we gave, or a digest: nothing that a person would call something by. */
export function isIdentity(text: string): boolean {
  return uuid.test(text) || /^(sha256:)?[0-9a-f]{64}$/.test(text);
}

/** Enough of an identity to tell two apart by eye. Those that we give begin with their time, so it is their end that differs. */
export function shortIdentity(id: string): string {
  return uuid.test(id) ? `…${id.slice(-8)}` : shortDigest(id);
}

/** A reported name or stream as a title: "ValveClosing" → "Valve closing". */
export function inSentenceCase(name: string): string {
  const spaced = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/[_-]+/g, ' ').toLowerCase();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
