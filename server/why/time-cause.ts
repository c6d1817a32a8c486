import { openingOf, windowText } from '@selvedge/edge-runtime/protocol';
import type { RolloutPolicy } from '../deployments/schema.ts';
import type { Cause } from './schema.ts';
import { causeOf, durationOf } from './words.ts';

/** Windows in words; null where there is none. */
export function windowsText(windows: RolloutPolicy['windows']): string | null {
  return windows.length === 0 ? null : windows.map(windowText).join('; ');
}

/** What the policy says about this time of day; null while nodes may be told. */
export function timeCause({ notBefore, windows }: RolloutPolicy, now: number): Cause | null {
  if (notBefore !== null && now < notBefore) {
    return causeOf('Scheduled', 'info', 'It begins later', `Nobody is told for another ${durationOf(notBefore - now)}.`, { evidence: { 'not before': notBefore }, byItself: ['It begins then.', notBefore], canDo: ['Cancel it and deploy without a time, if it cannot wait.'] });
  }
  const opening = openingOf(windows, now);
  if (opening.open) return null;
  return causeOf('WindowClosed', 'info', 'No window is open', 'Nobody is told outside of its windows.', { evidence: { windows: windowsText(windows) }, byItself: ['It goes on when a window opens.', opening.checkAt], canDo: ['Cancel it and deploy without windows, if it cannot wait. Going back waits for none.'] });
}
