import type { Deps } from './deps.ts';
import { DomainError } from './errors.ts';

/**
 * Something that a process has or has not, by its roles: the agent link, for example, lives where nodes connect. Whoever
 * composes the process provides it; procedures find it by the `Deps` that they are given, and answer Unavailable where
 * there is none.
 */
export interface ProcessPart<Part> {
  provide(deps: Deps, part: Part): void;
  find(deps: Deps): Part | undefined;
  require(deps: Deps): Part;
}

/** `name` is what a person is told is missing, as in “the agent link”. */
export function definePart<Part>(name: string): ProcessPart<Part> {
  const parts = new WeakMap<Deps, Part>();
  return {
    provide: (deps, part) => void parts.set(deps, part),
    find: (deps) => parts.get(deps),
    require: (deps) => {
      const part = parts.get(deps);
      if (part === undefined) throw new DomainError('Unavailable', `This process of the control plane does not have ${name}.`);
      return part;
    },
  };
}
