import { expect, it } from 'vitest';
import { columnsOf } from './columns.ts';
import { readRecording, recordingOf } from './recording.ts';

it('reads types of columns from all of their values, and leaves out when and where', () => {
  const text = 'datetime;Volume Flow;valve;serial;opened;note\n2020-03-09 10:34:33;32;open;1795901240302;true;\n2020-03-09 10:34:34;32.5;;1795901240303;false;\n';
  expect(columnsOf(readRecording(text, { stream: 'Readings' }))).toEqual([[
    { name: 'Volume Flow', type: 'double' },
    { name: 'valve', type: 'string' },
    { name: 'serial', type: 'long' },
    { name: 'opened', type: 'bool' },
    { name: 'note', type: 'string' },
  ]]);
});

it('keeps apart what belongs to several streams', () => {
  const recording = recordingOf([{ stream: 'A', at: 1, data: { x: 1 } }, { stream: 'B', at: 2, data: { x: 'one', y: true } }, { stream: 'A', at: 3, data: { x: null } }]);
  expect(columnsOf(recording)).toEqual([[{ name: 'x', type: 'double' }], [{ name: 'x', type: 'string' }, { name: 'y', type: 'bool' }]]);
});
