import type { Deps } from './deps.ts';

/**
 * Something that a process has or has not, by its settings. Whoever composes the process provides it; procedures find it by the
 * `Deps` that they are given.
 */
export interface ProcessPart<Part> {
  provide(deps: Deps, part: Part): void;
  find(deps: Deps): Part | undefined;
}

export function definePart<Part>(): ProcessPart<Part> {
  const parts = new WeakMap<Deps, Part>();
  return { provide: (deps, part) => void parts.set(deps, part), find: (deps) => parts.get(deps) };
}
