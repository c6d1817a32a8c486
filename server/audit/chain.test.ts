import { describe, expect, it } from 'vitest';
import { findBreak, genesisHash, hashEntry } from './chain.ts';
import type { ChainedEntry } from './chain.ts';

function chainOf(length: number): (ChainedEntry & { hash: string })[] {
  const entries: (ChainedEntry & { hash: string })[] = [];
  let previousHash = genesisHash;
  for (let sequence = 1; sequence <= length; sequence++) {
    const entry: ChainedEntry = {
      organizationId: 'o',
      sequence,
      at: 1_000 + sequence,
      actor: { kind: 'user', id: 'u', name: 'Ada' },
      action: 'fleet.create',
      object: { kind: 'fleet', id: `f${sequence}`, name: 'pumps' },
      outcome: 'done',
      reason: null,
      before: null,
      after: { selector: 'site=plant-3' },
      requestId: 'r',
      previousHash,
    };
    previousHash = hashEntry(entry);
    entries.push({ ...entry, hash: previousHash });
  }
  return entries;
}

const start = { sequence: 0, hash: genesisHash };

describe('the audit chain', () => {
  it('is whole as it was written', () => {
    expect(findBreak(start, chainOf(5))).toBeNull();
  });

  it.each([
    ['altered', (entries: ReturnType<typeof chainOf>) => entries.map((entry) => (entry.sequence === 3 ? { ...entry, after: { selector: '*' } } : entry))],
    ['removed', (entries: ReturnType<typeof chainOf>) => entries.filter((entry) => entry.sequence !== 3)],
    ['given another hash', (entries: ReturnType<typeof chainOf>) => entries.map((entry) => (entry.sequence === 3 ? { ...entry, hash: 'f'.repeat(64) } : entry))],
  ])('names the entry that was %s', (_, tamper) => {
    expect(findBreak(start, tamper(chainOf(5)))).toBe(3);
  });

  it('names the next entry when one was altered together with its own hash', () => {
    const entries = chainOf(5).map((entry) => {
      if (entry.sequence !== 3) return entry;
      const { hash: _, ...chained } = entry;
      const altered = { ...chained, reason: 'nothing to see' };
      return { ...altered, hash: hashEntry(altered) };
    });
    expect(findBreak(start, entries)).toBe(4);
  });
});
