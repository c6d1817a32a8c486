/** Members whose values are secrets wherever they stand. */
const secretMember = /(password|secret|token|private[._-]?key|credential|api[._-]?key|authorization)$/i;
const secretReference = /^\$\{secret:[^}]+\}$/;

/** Whether a member holds a secret itself. A reference such as `${secret:NAME}` is no secret. */
export function isPlainSecret(name: string, value: unknown): boolean {
  return secretMember.test(name) && typeof value === 'string' && value !== '' && !secretReference.test(value);
}
