import { beforeAll, describe, expect, it } from 'vitest';
import { analyze, compile, Engine, type ScriptLanguage } from '../index.ts';
import { javaScript } from '../script/quickjs.ts';
import { errorsOf, rowsOf, sendAll } from '../testing/run-app.ts';

const ODD = "define function checked[javascript] return int { if (data[0] % 2 === 1) throw new Error('odd'); return data[0]; };";
const REASON = "The function 'checked' failed: odd.";
const onError = (action: string): string => `@OnError(action='${action}')`;

describe('fault streams', () => {
  let javascript: ScriptLanguage;
  beforeAll(async () => {
    javascript = await javaScript();
  });

  it("with @OnError(action='STREAM') an event that fails goes to !S with the reason, and the others go on", () => {
    const text = `${ODD} ${onError('STREAM')} define stream S (i int); from S select checked(i) as i insert into Out; from !S select i, _error insert into Failed;`;
    const events = [['S', 1, 2], ['S', 2, 3], ['S', 3, 4]] as const;
    expect(rowsOf(text, 'Out', events, { javascript })).toEqual([[2], [4]]);
    expect(rowsOf(text, 'Failed', events, { javascript })).toEqual([[3, REASON]]);
  });

  it('what goes to a fault stream is no fault of the engine', () => {
    const heard = (action: string): number => {
      const engine = new Engine(compile(`${ODD} ${onError(action)} define stream S (i int); from S select checked(i) as i insert into Out;`, { javascript }));
      let count = 0;
      engine.onFault(() => count++);
      sendAll(engine, [['S', 1, 3]]);
      return count;
    };
    expect(heard('STREAM')).toBe(0);
    expect(heard('LOG')).toBe(1);
  });

  it('the nearest stream with a fault stream takes what fails behind it', () => {
    const text = `${ODD} ${onError('STREAM')} define stream S (i int); ${onError('STREAM')} define stream T (i int);
      from S select i * 3 as i insert into T; from T select checked(i) as i insert into Out;
      from !S select i insert into OfS; from !T select i insert into OfT;`;
    expect(rowsOf(text, 'OfT', [['S', 1, 1]], { javascript })).toEqual([[3]]);
    expect(rowsOf(text, 'OfS', [['S', 1, 1]], { javascript })).toEqual([]);
  });

  it('a stream without one lets it pass to the stream before it', () => {
    const text = `${ODD} ${onError('STREAM')} define stream S (i int); from S select i * 3 as i insert into T; from T select checked(i) as i insert into Out; from !S select i insert into OfS;`;
    expect(rowsOf(text, 'OfS', [['S', 1, 1]], { javascript })).toEqual([[1]]);
  });

  it('a fault stream is read like any other: filtered, grouped, inserted into', () => {
    const text = `${ODD} ${onError('STREAM')} define stream S (i int); define stream More (i int, _error object);
      from More select i, _error insert into !S; from S select checked(i) as i insert into Out; from !S[i > 1] select count() as failures insert into Counted;`;
    expect(rowsOf(text, 'Counted', [['S', 1, 1], ['S', 2, 3], ['More', 3, 8, 'by hand'], ['S', 4, 5]], { javascript })).toEqual([[1], [2], [3]]);
  });

  it.each([
    ['define stream S (i int); from !S select i insert into Out;', "There is no fault stream '!S'."],
    ['define stream S (i int); from S select i insert into !S;', "There is no fault stream '!S'."],
    [`${onError('STORE')} define stream S (i int); from S select i insert into Out;`, "@OnError of 'S' takes the action 'LOG' or 'STREAM', found 'STORE'."],
    [`${onError('STREAM')} define stream S (i int, _error string); from S select i insert into Out;`, "'S' has an attribute '_error', which its fault stream needs for the reason."],
  ])('%s is refused', (text, message) => {
    expect(errorsOf(analyze(text)).map((one) => one.replace(/^\S+ /, ''))).toEqual([message]);
  });
});
