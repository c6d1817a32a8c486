import type { Actor } from '../kernel/actor.ts';
import type { AppRouter } from './root.ts';

/**
 * How server components reach the procedures. Next bundles `app/` apart from our server: one process, two graphs of modules.
 * main.ts puts this object in a slot of `globalThis` and pages take it from there, so that there is one database pool and one
 * live bus. Nothing but types is imported from here on.
 */
export interface ConsoleBridge {
  /** A caller that acts for whoever the headers say; calls reject with the same error as over HTTP. */
  caller(headers: Headers): Promise<ReturnType<AppRouter['createCaller']>>;
  /** Who the headers' session belongs to, or null. */
  session(headers: Headers): Promise<Actor | null>;
}

const slot = Symbol.for('selvedge.console');

/** What the slot holds: one object per process, whichever of the two graphs makes it first. */
interface Slots {
  console?: ConsoleBridge;
}

const slots: Slots = slotsOfProcess();

function slotsOfProcess(): Slots {
  const held = Object.getOwnPropertyDescriptor(globalThis, slot);
  if (held !== undefined) return held.value;
  const fresh: Slots = {};
  Object.defineProperty(globalThis, slot, { value: fresh });
  return fresh;
}

export function installConsoleBridge(bridge: ConsoleBridge): void {
  slots.console = bridge;
}

/** Throws when no server of ours runs in this process, as in a plain `next start`. */
export function consoleBridge(): ConsoleBridge {
  if (slots.console === undefined) throw new Error('pages are served by server/main.ts; start the control plane with it');
  return slots.console;
}
