import { DomainError } from './errors.ts';
import { isStorable, storableFault } from './wire.ts';

const nul = String.fromCharCode(0);

/** The text with U+FFFD in place of what cannot be kept: for what must be kept all the same, such as a record of what was refused. */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll(nul, '\ufffd');
}

/** Throws InvalidInput, with the path to it, when a value from outside has a text in it, or the name of a member, that cannot be kept. */
export function requireStorable(value: unknown): void {
  const waiting: { path: readonly string[]; value: unknown }[] = [{ path: [], value }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { path, value: part } = next;
    if (!isStorable(path.at(-1) ?? '') || (typeof part === 'string' && !isStorable(part))) throw refusal(path.map(storableText));
    if (typeof part === 'object' && part !== null) for (const [name, member] of Object.entries(part)) waiting.push({ path: [...path, name], value: member });
  }
}

function refusal(path: readonly string[]): DomainError {
  const where = path.length === 0 ? '' : `${path.join('.')}: `;
  return new DomainError('InvalidInput', `${where}${storableFault}`, { details: { issues: [{ path, message: storableFault }] } });
}
