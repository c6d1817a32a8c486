import type { ControlPlaneService } from '../services/control-plane.ts';

/** The last lines of a start: where to go. */
export function announce(print: (line: string) => void, { url, signInLink }: ControlPlaneService): void {
  print('');
  if (signInLink !== undefined) print(`Become the first administrator, with a link that works once: ${signInLink}`);
  print(`Selvedge is at ${url} until you press Ctrl-C.`);
}
