import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answer, Case } from '../answer-case.ts';
import { NO_ANSWER, Oracle } from './oracle.ts';

/** Stands where the peers' `run` stands: answers each case with itself, and ends at one that says so. */
const ECHO = `#!/bin/sh
while IFS= read -r line; do case "$line" in *ends-here*) exit 1;; *) printf '%s\\n' "$line";; esac; done
`;

function caseOf(id: string): Case {
  return { id, app: '', steps: [] };
}

describe('the process that answers', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'selvedge-oracle-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function ask(program: string, ids: readonly string[]): Promise<Answer[]> {
    await writeFile(join(folder, 'run'), program);
    await chmod(join(folder, 'run'), 0o755);
    const oracle = new Oracle(folder);
    try {
      return await oracle.ask(ids.map(caseOf));
    } finally {
      oracle.close();
    }
  }

  it('answers in the order asked', async () => {
    expect((await ask(ECHO, ['a', 'b', 'c'])).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  });

  it('has no answer to a case at which it ends, and goes on with the next', async () => {
    const answers = await ask(ECHO, ['a', 'ends-here', 'ends-here', 'd', 'ends-here', 'f']);
    expect(answers.map(({ id, error }) => [id, error])).toEqual([['a', undefined], ['ends-here', NO_ANSWER], ['ends-here', NO_ANSWER], ['d', undefined], ['ends-here', NO_ANSWER], ['f', undefined]]);
  });

  it('says so when it cannot be made to answer at all', async () => {
    await expect(ask('#!/bin/sh\nexit 1\n', ['a', 'b', 'c', 'd'])).rejects.toThrow(/ended 3 times before it answered/);
  });
});
