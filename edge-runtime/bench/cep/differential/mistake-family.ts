import type { Choices } from './choices.ts';
import type { Generated } from './generated.ts';

const STREAM = 'define stream S (i int, l long, f float, d double, b bool, s string, o object); define stream R (i int, s string); define table T (i int, s string);';

/** Expressions that may or may not fit together: whether the app can be made is what is compared. */
function loose(choices: Choices, depth: number): string {
  const kind = choices.below(depth > 0 ? 9 : 3);
  if (kind <= 1) return choices.pick(['i', 'l', 'f', 'd', 'b', 's', 'o', 'S.i', 'x', 'R.i', 'T.i']);
  if (kind === 2) return choices.pick(['1', '2L', '1.5f', '2.5', "'x'", 'true', 'false']);
  const [left, right] = [loose(choices, depth - 1), loose(choices, depth - 1)];
  if (kind === 3) return `(${left} ${choices.pick(['+', '-', '*', '/', '%'])} ${right})`;
  if (kind === 4) return `(${left} ${choices.pick(['==', '!=', '<', '>', '<=', '>='])} ${right})`;
  if (kind === 5) return `(${left} ${choices.pick(['and', 'or'])} ${right})`;
  if (kind === 6) return `(not ${left})`;
  if (kind === 7) {
    const name = choices.pick(['sum', 'avg', 'count', 'min', 'max', 'stdDev', 'distinctCount', 'and', 'or', 'minForever', 'maxForever', 'unionSet', 'instanceOfInteger', 'instanceOfString', 'sizeOfSet', 'createSet', 'nothing']);
    return `${name}(${choices.chance(85) ? left : ''})`;
  }
  const call = choices.pick(['coalesce', 'ifThenElse', 'convert', 'cast', 'maximum', 'minimum', 'default']);
  if (call === 'ifThenElse') return `ifThenElse(${loose(choices, depth - 1)}, ${left}, ${right})`;
  if (call === 'convert' || call === 'cast') return `${call}(${left}, '${choices.pick(['int', 'long', 'float', 'double', 'bool', 'string', 'object', 'number'])}')`;
  return `${call}(${left}, ${right})`;
}

const WINDOWS = ['length(2)', 'length(i)', "length('2')", 'length()', 'length(2, 3)', 'length(2L)', 'time(5 sec)', 'time(5)', 'time(l)', "time('5')", 'time()', 'lengthBatch(2)', 'lengthBatch(2, b)', 'lengthBatch(2, true)', 'timeBatch(1 sec)', 'timeBatch(1 sec, true)', 'timeBatch(1 sec, 5, true)', 'timeBatch(1.5)', 'timeLength(1 sec, 2)', 'timeLength(2, 1 sec)', 'timeLength(1 sec)', 'externalTime(l, 1 sec)', 'externalTime(i, 1 sec)', 'externalTime(1 sec, l)', 'externalTime(l)', 'batch()', 'batch(2)', 'delay(1 sec)', 'delay()', 'sort(2, i)', "sort(2, i, 'up')", 'sort(i, 2)', 'frequent(2)', 'frequent(2, s)', "frequent('2')", 'nothing(2)', "session(1 sec, s)", 'session(1 sec)', "session(1 sec, 'x')"];

export function mistakeCase(choices: Choices): Generated {
  const query = choices.pick([
    () => `from S[${loose(choices, 3)}] select i insert into O;`,
    () => `from S select ${loose(choices, 3)} as x insert into O;`,
    () => `from S#window.${choices.pick(WINDOWS)} select i insert into O;`,
    () => `from S select i, s group by ${choices.pick(['i', 's', 'x', 'R.i', 'i, s'])} having ${loose(choices, 2)} insert into O;`,
    () => `from S select ${choices.pick(['i', '*', 'i, s', 'i, i', 's as i, i as s', 'i + 1', 'i as j'])} insert into ${choices.pick(['R', 'O', 'S', 'T'])};`,
    () => `from S select i, s order by ${choices.pick(['i', 'x', 's desc', 'l'])} limit ${choices.pick(['1', '0', '-1', 'i', '1L'])} insert into O;`,
    () => `from S as a join R as b on ${loose(choices, 2).replaceAll(/\b(S|x)\b/g, 'a')} select a.i as i insert into O;`,
    () => `from S#window.length(2) as a join R#window.length(2) as b on a.i == b.${choices.pick(['i', 's', 'x'])} select ${choices.pick(['a.i as i', 'i', 's', 'b.s as s', 'l', '*'])} insert into O;`,
    () => `from e1=S -> e2=R[${choices.pick(['i == e1.i', 's == e1.s', 'i == e1.s', 'e3.i == 1', 'e1[0].i == i', 'e1[last].i > i', 'x == 1', 'e2.i > 1'])}] select ${choices.pick(['e1.i as i', 'e2.s as s', 'e1.x as x', 'e1[0].i as i', 'i', '*', 'e3.i as i', 'e1[last].i as i'])} insert into O;`,
    () => `from S select i, s ${choices.pick(['update T on T.i == i', 'update T set T.i = s on T.i == i', 'update T set T.x = i on T.i == i', 'delete T on T.i == i', 'delete T on T.i == s', 'update or insert into T on T.i == i', 'update or insert into T set T.s = s on T.i == i and x', 'delete R on R.i == i', 'update T set T.i = l on T.i == i', 'insert into T', 'delete T on i'])};`,
    () => `from S#window.length(2) select i, sum(l) as t group by ${choices.pick(['i', 'S.i', 'O.i', 't'])} having ${choices.pick(['t > 1', 'O.t > 1', 'S.i > 1', 'i > 1', 'sum(i) > 1', 'sum(t) > 1', 'l > 1', 'Z.i > 1', 'count() > 1'])} order by ${choices.pick(['i', 't', 'O.i', 'S.i', 'l', 'i desc, t'])} insert into O;`,
    () => `from S#window.length(2) as a join R#window.length(2) as b on ${choices.pick(['a.i == b.i', 'S.i == b.i', 'l == b.i', 'a.x == 1', 'i == 1', 'a.s == R.s', 'b.i == l'])} select a.i as i, b.s as s having ${choices.pick(['i > 1', 'a.l > 1L', 'b.i > 1', "s == 'x'", 'S.i > 1', 'd > 1.0', 'a.s == b.s'])} insert into O;`,
    () => `from every e1=S -> e2=R[${choices.pick(['i == 1', 'l == 1L', 'S.i == 1', 'e1.l == i', 'R.i == 1', 's == e1.s', 'd > 1.0'])}] select ${choices.pick(['e1.l', 'l', 'e2.i', 'S.l', 'd'])} as y having ${choices.pick(['y is null', 'e1.l > 1L', 'l > 1L', 'i > 1'])} insert into O;`,
    () => `from S select i as j, s as u ${choices.pick(['update T on T.i == j', 'update T set T.i = j on i == j', 'update T set i = j on T.i == j', 'update T set T.i = i on T.i == j', 'delete T on i == j', 'delete T on T.i == j and u == T.s', 'delete T on S.i == T.i', 'update or insert into T set T.i = j on T.i == j'])};`,
    () => `from S[${choices.pick(['i == T.i in T', 'T.i == i in T', 'T.x == i in T', 'i in T', 's == T.i in T', 'i == R.i in R', '(i == T.i in T) and b'])}] select i insert into O;`,
  ])();
  return { app: `${STREAM} @info(name='q') ${query}`, steps: [] };
}
