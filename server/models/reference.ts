/** What stands after the `@` of a model reference in a rule: a movable name, or an exact version. */
export type ModelTarget = { model: string; alias: string } | { model: string; version: number };

/**
 * Reads `pump-anomaly@champion` or `pump-anomaly@4`; null when it is neither. An alias always has a letter in it
 * (`aliasSchema`), so that a number is always a version.
 */
export function parseReference(reference: string): ModelTarget | null {
  const at = reference.lastIndexOf('@');
  if (at < 1 || at === reference.length - 1) return null;
  const model = reference.slice(0, at);
  const target = reference.slice(at + 1);
  if (/^\d+$/.test(target)) {
    const version = Number(target);
    return Number.isSafeInteger(version) && version > 0 ? { model, version } : null;
  }
  return { model, alias: target };
}
