/** The start of a digest, enough to tell two apart by eye: "sha256:9f31c2…" → "9f31c2a4". */
export function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, 8);
}

/** A reported name or stream as a title: "ValveClosing" → "Valve closing". */
export function inSentenceCase(name: string): string {
  const spaced = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/[_-]+/g, ' ').toLowerCase();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
