import { describe, expect, it } from 'vitest';
import { answerCase, type Answer, type Case } from '../answer-case.ts';
import { explain, type Ask } from './explain.ts';

const JOIN: Case = {
  id: 'a join with a condition of its rows',
  start: 1000,
  app: "define stream L (k string); define stream S (k string, v int); @info(name='q') from L join S#window.lengthBatch(1) as s select s.v as v having v > 0 insert into O;",
  steps: [['S', 1000, ['x', 1]], ['S', 1001, ['x', 2]], ['L', 1002, ['x']]],
};

/** An answer in which the queries put out one row more. */
function withOneMore(answer: Answer): Answer {
  return { ...answer, out: [...answer.out, { of: 'query q', at: 1002, in: [[1002, [1]]], removed: [] }] };
}

function answered(by: (answer: Answer) => Answer): Ask & { asked: string[] } {
  const asked: string[] = [];
  const ask = (cases: readonly Case[]): Promise<Answer[]> => {
    asked.push(...cases.map(({ app }) => app));
    return Promise.resolve(cases.map((one) => by(answerCase(one))));
  };
  return Object.assign(ask, { asked });
}

describe('why answers part', () => {
  const ours = answerCase(JOIN);

  it('is a named difference that goes with its cause', async () => {
    const ask = answered((answer) => answer);
    expect(await explain(JOIN, withOneMore(ours), ours, ask)).toMatch(/^a row of a join that `having` refuses/);
    expect(ask.asked).toEqual([JOIN.app.replace('having v > 0 ', '')]);
  });

  it('is not known where they part without the cause as well', async () => {
    expect(await explain(JOIN, withOneMore(ours), ours, answered(withOneMore))).toBeUndefined();
  });

  it('is not known where Siddhi does not run the case without the cause', async () => {
    expect(await explain(JOIN, withOneMore(ours), ours, answered(({ id }) => ({ id, out: [], error: 'refused' })))).toBeUndefined();
  });
});
