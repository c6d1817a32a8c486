import { describe, expect, it } from 'vitest';
import { analyze, compile, Engine } from '../index.ts';
import { errorsOf, rowsOf, type Sent } from '../testing/run-app.ts';
import { specify } from '../testing/specify.ts';

const STREAM = 'define stream S (k string, text string, angle double, size double);';
const one = (time: number, k: string, text: string, angle = 0, size = 1): Sent => ['S', time, k, text, angle, size];

describe('#log', () => {
  specify(STREAM, [
    ['lets every event on as it is', "from S#log('seen') select k insert into O;", [one(1, 'a', ''), one(2, 'b', '')], [['a'], ['b']]],
    ['takes a priority, a message and whether the event is shown', "from S#log('WARN', 'seen', false) select * insert into O;", [one(1, 'a', 'x')], [['a', 'x', 0, 1]]],
    ['needs nothing', 'from S#log() select k insert into O;', [one(1, 'a', '')], [['a']]],
  ]);
});

describe('#str:tokenize', () => {
  specify(STREAM, [
    ['makes an event of each piece, with the attribute token', "from S#str:tokenize(text, ',') select k, token insert into O;", [one(1, 'a', 'x,y'), one(2, 'b', 'z')], [['a', 'x'], ['a', 'y'], ['b', 'z']]],
    ['of different pieces only', "from S#str:tokenize(text, ',', true) select token insert into O;", [one(1, 'a', 'x,y,x')], [['x'], ['y']]],
    ['before a window gives it several events', "from S#str:tokenize(text, ',')#window.length(2) select count() as n, token insert into O;", [one(1, 'a', 'x,y,z')], [[2, 'z']]],
    ['behind a filter is made of what comes through', "from S[k == 'b']#str:tokenize(text, ',') select token insert into O;", [one(1, 'a', 'x'), one(2, 'b', 'y')], [['y']]],
    ['before a filter lets it look at the pieces', "from S#str:tokenize(text, ',')[token != 'x'] select token insert into O;", [one(1, 'a', 'x,y')], [['y']]],
  ]);
});

describe('#pol2Cart', () => {
  it('adds x and y of an angle in degrees and a distance', () => {
    const [row = []] = rowsOf(`${STREAM} from S#pol2Cart(angle, size) select x, y insert into O;`, 'O', [one(1, 'a', '', 30, 2)]);
    expect(row[0]).toBeCloseTo(Math.sqrt(3), 12);
    expect(row[1]).toBeCloseTo(1, 12);
  });

  it('adds z as it is given', () => {
    expect(rowsOf(`${STREAM} from S#pol2Cart(angle, size, 7.5) select z insert into O;`, 'O', [one(1, 'a', '')])).toEqual([[7.5]]);
  });
});

describe('a stream function', () => {
  it('sees what those before it added', () => {
    const text = `${STREAM} from S#str:tokenize(text, ';')#pol2Cart(angle, size) select token, x insert into O;`;
    expect(rowsOf(text, 'O', [one(1, 'a', 'p;q', 0, 3)])).toEqual([['p', 3], ['q', 3]]);
  });

  it('keeps the events of one in one chunk', () => {
    const engine = new Engine(compile(`${STREAM} @info(name='q') from S#str:tokenize(text, ',') select k, token insert into O;`));
    const heard: number[] = [];
    engine.onQuery('q', ({ arrived }) => heard.push(arrived.length));
    engine.send('S', 1, ['a', 'x,y,z', 0, 1]);
    expect(heard).toEqual([3]);
  });

  it.each([
    ['from S#pol2Cart(angle) select x insert into O;', ['2:8 pol2Cart takes two or three numbers, found 1.']],
    ['from S#pol2Cart(k, size) select x insert into O;', ['2:8 pol2Cart takes doubles, found string.']],
    ["from S#log('LOUD', 'x') select k insert into O;", ["2:8 log has the priorities INFO, DEBUG, WARN, FATAL, ERROR, OFF, TRACE, found 'LOUD'."]],
    ['from S#lag(k) select k insert into O;', ["2:8 There is no stream function 'lag'."]],
    ["from S#pol2Cart(angle, size)#pol2Cart(angle, size) select x insert into O;", ["2:29 This adds the attribute 'x', which the stream has already.", "2:29 This adds the attribute 'y', which the stream has already."]],
    ['from S#str:tokenize(text) select token insert into O;', [expect.stringMatching(/^2:8 str:tokenize /)]],
    ['from a=S -> b=S#log() select a.k as k insert into O;', ['2:16 A step of a pattern takes filters only.']],
  ])('refuses %s', (text, errors) => {
    expect(errorsOf(analyze(`${STREAM}\n${text}`))).toEqual(errors);
  });
});
