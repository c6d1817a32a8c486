/** Puts all of `more` behind what is there, however many: arguments of a call, as in `push(...more)`, end at about a hundred thousand. */
export function append<One>(list: One[], more: Iterable<One>): void {
  for (const one of more) list.push(one);
}
