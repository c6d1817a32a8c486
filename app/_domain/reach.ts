/** The fleets that somebody is limited to, in words beside a role; nothing for the whole organization. */
export function reachWords(fleets: readonly { name: string | null }[] | null): string {
  if (fleets === null) return '';
  const names = reachNames(fleets);
  return names.length <= 2 ? `in ${names.join(' and ')}` : `in ${names[0]} and ${names.length - 1} more`;
}

/** Every name; a fleet that was removed has none, and limits no less. */
export function reachNames(fleets: readonly { name: string | null }[]): string[] {
  return fleets.map(({ name }) => name ?? 'a fleet that is gone');
}
