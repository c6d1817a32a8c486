import { expect, it } from 'vitest';
import { keepEvents, keptEvents, passEvents } from './kept-events.ts';

const loaded = { kind: 'text', text: 'a\n1\n', stream: 'S', from: 'pasted' } as const;

it('keeps the events of one rule, which go with it to its name', () => {
  keepEvents('', loaded);
  expect(keptEvents('valve-watch')).toBeUndefined();
  passEvents('', 'valve-watch');
  expect([keptEvents(''), keptEvents('valve-watch')]).toEqual([undefined, loaded]);
  keepEvents('other', { kind: 'events', events: [], from: 'captured' });
  expect(keptEvents('valve-watch')).toBeUndefined();
});

it('keeps no file that would weigh on the tab', () => {
  keepEvents('valve-watch', { ...loaded, text: ' '.repeat(32_000_001) });
  expect(keptEvents('valve-watch')).toBeUndefined();
});
