/** By major, minor and patch; what follows a hyphen is left out, and a version that is none counts as old. */
export function isOlder(version: string, than: string): boolean {
  const parts = (text: string): number[] => (text.split('-')[0] ?? '').split('.').map(Number);
  const [mine, other] = [parts(version), parts(than)];
  if (mine.length !== 3 || mine.some(Number.isNaN)) return true;
  for (const [index, part] of mine.entries()) {
    const against = other[index] ?? 0;
    if (part !== against) return part < against;
  }
  return false;
}
