/** A path of ours to go to afterwards; anything else, such as another site, becomes the overview. */
export function ownPath(next: string | undefined): string {
  return next !== undefined && /^\/(?![/\\])/.test(next) ? next : '/';
}
