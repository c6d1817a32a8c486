import { performChange } from '../audit/index.ts';
import type { Change } from '../audit/index.ts';
import { systemActor } from '../kernel/actor.ts';
import { Batcher } from '../kernel/batcher.ts';
import type { Deps } from '../kernel/deps.ts';
import { nameInUse } from '../nodes/index.ts';
import { admitByToken, type Admission, type Applicant, ask, joinWithout, usableToken } from './admission.ts';
import { admitAgain } from './re-enrolment.ts';
import { findRequestByKey, spendToken } from './repository.ts';
import type { TokenRow } from './repository.ts';

interface Waiting {
  readonly applicant: Applicant;
  readonly token: TokenRow;
  readonly isGone: () => boolean;
}

const batchMax = 50;
const leftBefore: Admission = { outcome: 'refused', code: 'limit', message: 'The node left before it was its turn.' };

/** A token had fewer uses left than a batch needed: each is then looked at alone. */
class TokenRunsOut extends Error {
  override readonly name = 'TokenRunsOut';
}

/**
 * Lets nodes in. Those that show a token go into the database together, since each would otherwise wait with a connection in
 * hand for the others' lock on the token and the audit chain.
 */
export class AdmissionQueue {
  readonly #deps: Deps;
  readonly #writer: Batcher<Waiting, Admission>;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#writer = new Batcher(batchMax, async (batch) => {
      const admissions = new Map<Waiting, Admission>();
      for (const group of Map.groupBy(batch, ({ token }) => token.organizationId).values()) for (const [one, admission] of await admitAll(deps, group)) admissions.set(one, admission);
      return batch.map((one) => admissions.get(one) ?? leftBefore);
    });
  }

  /**
   * Decides about a node whose key is not known; see `joinWithout` for one that shows no token. One that `isGone` when its turn
   * comes is not let in: it will ask again.
   */
  async apply(applicant: Applicant, isGone: () => boolean = () => false): Promise<Admission> {
    const token = await usableToken(this.#deps, applicant);
    if (token === null) return joinWithout(this.#deps, applicant);
    if ('outcome' in token) return token;
    try {
      return await this.#writer.add({ applicant, token, isGone });
    } catch (error) {
      if (error instanceof TokenRunsOut) return { outcome: 'refused', code: 'token', message: 'The enrolment token has no uses left.' };
      throw error;
    }
  }
}

/** In one change, of one organization: all who are still there, or none. */
async function admitAll(deps: Deps, group: readonly Waiting[]): Promise<Map<Waiting, Admission>> {
  const there = group.filter(({ isGone }) => !isGone());
  const organizationId = there[0]?.token.organizationId;
  if (organizationId === undefined) return new Map();
  return performChange(deps, systemActor(organizationId, deps.ids.next(), 'enrolment'), async (change) => {
    const byKey = new Map<string, Admission>();
    const uses = new Map<string, number>();
    for (const { applicant, token } of there) {
      if (byKey.has(applicant.publicKey)) continue;
      const admission = await admitOne(deps, change, organizationId, applicant, token);
      byKey.set(applicant.publicKey, admission);
      if (admission.outcome === 'admitted') uses.set(token.id, (uses.get(token.id) ?? 0) + 1);
    }
    // Last, since whoever spends a use of a token holds up all others that show it.
    for (const [id, count] of uses) if (!(await spendToken(change.tx, id, count, deps.clock.now()))) throw new TokenRunsOut();
    return new Map(there.map((one) => [one, byKey.get(one.applicant.publicKey) ?? leftBefore]));
  });
}

async function admitOne(deps: Deps, change: Change, organizationId: string, applicant: Applicant, token: TokenRow): Promise<Admission> {
  const known = await findRequestByKey(change.tx, applicant.publicKey);
  if (known !== null && known.organizationId !== organizationId) {
    return { outcome: 'refused', code: 'token', message: 'This key asked another organization to join. Give the node a new key to join this one.' };
  }
  if (token.nodeId !== null) return admitAgain(deps, change, token.nodeId, applicant, known, token);
  // A token never lets in a node whose name another node has: that is for a person to look at.
  if (await nameInUse(change.tx, organizationId, applicant.name)) return ask(deps, change, organizationId, applicant, known);
  return admitByToken(deps, change, organizationId, applicant, known, token);
}
