import type { PlainEvent } from '@selvedge/edge-runtime/cep/preview';

/** Events as they were loaded into a preview, and where they are from, for people. */
export type LoadedEvents = { kind: 'text'; text: string; stream: string; from: string } | { kind: 'events'; events: readonly PlainEvent[]; from: string };

/** Characters of a file that is kept for the way back; a longer one is loaded again by hand. */
const KEPT_TEXT_MAX = 32_000_000;

let kept: { rule: string; loaded: LoadedEvents } | undefined;

/** Remembers the events that a rule was tried on last, as long as the tab is open: for who leaves its page and comes back. One rule's at a time. */
export function keepEvents(rule: string, loaded: LoadedEvents): void {
  kept = loaded.kind === 'text' && loaded.text.length > KEPT_TEXT_MAX ? undefined : { rule, loaded };
}

export function keptEvents(rule: string): LoadedEvents | undefined {
  return kept?.rule === rule ? kept.loaded : undefined;
}

/** A rule got its name, or another one: its events go with it. */
export function passEvents(from: string, to: string): void {
  if (kept?.rule === from) kept = { ...kept, rule: to };
}
