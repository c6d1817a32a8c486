/** Why a private key cannot be used by itself; null when it can. */
export function whyNoKey(text: string): string | null {
  const [, label, body = ''] = /^-----BEGIN ([A-Z ]*)PRIVATE KEY-----\s([\s\S]+?)-----END \1PRIVATE KEY-----$/.exec(text.trim()) ?? [];
  if (label === undefined) return 'It has to be a private key that begins with -----BEGIN OPENSSH PRIVATE KEY----- or the like.';
  const bare = label === 'OPENSSH ' ? cipherOf(body) === 'none' : label !== 'ENCRYPTED ' && !body.includes('ENCRYPTED');
  return bare ? null : 'It is under a passphrase, which nobody could enter: give one without, made for this alone. It is kept sealed.';
}

/** The cipher by which an OpenSSH key is encrypted, as its format says it first. */
function cipherOf(body: string): string {
  const magic = 'openssh-key-v1\0';
  const bytes = decoded(body.replace(/\s/g, ''));
  if (!bytes.startsWith(magic)) return '';
  // A length of four bytes, of which the last is enough for a name.
  const at = magic.length + 4;
  return bytes.slice(at, at + bytes.charCodeAt(at - 1));
}

function decoded(base64: string): string {
  try {
    return atob(base64);
  } catch {
    return '';
  }
}
