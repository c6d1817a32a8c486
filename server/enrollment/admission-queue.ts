import { performChange } from '../audit/index.ts';
import type { Change } from '../audit/index.ts';
import { systemActor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { nameInUse } from '../nodes/index.ts';
import { admitByToken, type Admission, type Applicant, ask, joinWithout, usableToken } from './admission.ts';
import { findRequestByKey, spendToken } from './repository.ts';
import type { TokenRow } from './repository.ts';

type Waiting = { applicant: Applicant; token: TokenRow; isGone: () => boolean; resolve: (admission: Admission) => void; reject: (error: unknown) => void };

const batchMax = 50;

/** A token had fewer uses left than a batch needed: each is then looked at alone. */
class TokenRunsOut extends Error {
  override readonly name = 'TokenRunsOut';
}

/**
 * Lets nodes in. Those that show a token go into the database together: what arrives while a write is under way goes into the
 * next one, so a node that comes alone does not wait, and a thousand that are switched on together take a few transactions
 * and one connection in place of a thousand that wait for each other's lock on the token and the audit chain.
 */
export class AdmissionQueue {
  readonly #deps: Deps;
  readonly #waiting: Waiting[] = [];
  #writing = false;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /**
   * Decides about a node whose key is not known; see `joinWithout` for one that shows no token. One that `isGone` when its turn
   * comes is not let in: it will ask again.
   */
  async apply(applicant: Applicant, isGone: () => boolean = () => false): Promise<Admission> {
    const token = await usableToken(this.#deps, applicant);
    if (token === null) return joinWithout(this.#deps, applicant);
    if ('outcome' in token) return token;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ applicant, token, isGone, resolve, reject });
      if (!this.#writing) void this.#writeAll();
    });
  }

  async #writeAll(): Promise<void> {
    this.#writing = true;
    while (this.#waiting.length > 0) {
      const batch = this.#nextBatch();
      for (const group of Map.groupBy(batch, ({ token }) => token.organizationId).values()) await this.#write(group);
    }
    this.#writing = false;
  }

  #nextBatch(): Waiting[] {
    const batch: Waiting[] = [];
    for (let next = this.#waiting.shift(); next !== undefined; next = batch.length < batchMax ? this.#waiting.shift() : undefined) {
      if (next.isGone()) next.resolve({ outcome: 'refused', code: 'limit', message: 'The node left before it was its turn.' });
      else batch.push(next);
    }
    return batch;
  }

  async #write(group: readonly Waiting[]): Promise<void> {
    try {
      const admissions = await admitAll(this.#deps, group);
      group.forEach(({ resolve }, index) => {
        const admission = admissions[index];
        if (admission !== undefined) resolve(admission);
      });
    } catch (error) {
      // One that cannot be let in must not keep the others out.
      if (group.length > 1) for (const one of group) await this.#write([one]);
      else if (error instanceof TokenRunsOut) group[0]?.resolve({ outcome: 'refused', code: 'token', message: 'The enrolment token has no uses left.' });
      else group[0]?.reject(error);
    }
  }
}

/** In one change, of one organization: all of them or none. */
async function admitAll(deps: Deps, group: readonly Waiting[]): Promise<Admission[]> {
  const organizationId = group[0]?.token.organizationId ?? '';
  return performChange(deps, systemActor(organizationId, deps.ids.next(), 'enrolment'), async (change) => {
    const admissions = new Map<string, Admission>();
    const uses = new Map<string, number>();
    for (const { applicant, token } of group) {
      if (admissions.has(applicant.publicKey)) continue;
      const admission = await admitOne(deps, change, organizationId, applicant, token);
      admissions.set(applicant.publicKey, admission);
      if (admission.outcome === 'admitted') uses.set(token.id, (uses.get(token.id) ?? 0) + 1);
    }
    // Last, since whoever spends a use of a token holds up all others that show it.
    for (const [id, count] of uses) if (!(await spendToken(change.tx, id, count, deps.clock.now()))) throw new TokenRunsOut();
    return group.flatMap(({ applicant }) => admissions.get(applicant.publicKey) ?? []);
  });
}

async function admitOne(deps: Deps, change: Change, organizationId: string, applicant: Applicant, token: TokenRow): Promise<Admission> {
  const known = await findRequestByKey(change.tx, applicant.publicKey);
  if (known !== null && known.organizationId !== organizationId) {
    return { outcome: 'refused', code: 'token', message: 'This key asked another organization to join. Give the node a new key to join this one.' };
  }
  // A token never lets in a node whose name another node has: that is for a person to look at.
  if (await nameInUse(change.tx, organizationId, applicant.name)) return ask(deps, change, organizationId, applicant, known);
  return admitByToken(deps, change, organizationId, applicant, known, token);
}
