import { describe, expect, it } from 'vitest';
import { CepError, compile, Engine } from '../index.ts';

const app = compile('define stream S (k string, v int); from S#window.length(3) select k, sum(v) as t group by k insert into O;');

describe('a snapshot', () => {
  it('is refused by an app of another shape', () => {
    const other = new Engine(compile('define stream S (k string, v int); from S#window.length(4) select k, sum(v) as t group by k insert into O;'));
    expect(() => other.restore(new Engine(app).snapshot())).toThrow(expect.objectContaining({ code: 'snapshot.mismatch' }));
  });

  it('is taken by the same app written with other spaces and comments', () => {
    const same = new Engine(compile('define stream S (k string, v int);\n-- the last three\nfrom S#window.length(3)\nselect k, sum(v) as t group by k insert into O;'));
    expect(() => same.restore(new Engine(app).snapshot())).not.toThrow();
  });

  it.each([[new Uint8Array()], [new Uint8Array([1, 2, 3])], [new TextEncoder().encode('not a snapshot at all')]])('is refused when damaged', (bytes) => {
    expect(() => new Engine(app).restore(bytes)).toThrow(CepError);
  });

  it('is refused when cut off', () => {
    const engine = new Engine(app);
    for (let index = 0; index < 5; index++) engine.send('S', index, ['k', index]);
    const bytes = engine.snapshot();
    expect(() => new Engine(app).restore(bytes.slice(0, bytes.length - 4))).toThrow(expect.objectContaining({ code: 'snapshot.damaged' }));
  });
});
