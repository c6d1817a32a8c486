import { performChange } from '../audit/index.ts';
import { isSecondFactorOutdated, sealSecondFactorAgain } from '../identity/index.ts';
import { systemActor } from '../kernel/actor.ts';
import type { Queryable } from '../kernel/db.ts';
import type { Deps } from '../kernel/deps.ts';
import { addSealingKey, removeSealingKeys } from '../kernel/sealing-keys.ts';
import { findOrganizations, findSealed, findSecondFactors, replaceSealed, replaceSecondFactor } from './repository.ts';
import type { SealedSecondFactor } from './repository.ts';

/** The newest and the one before: a process that sealed in the moment of the change may have used the latter. */
const keysKept = 2;

/**
 * Makes another sealing key and seals every secret of the database under it, while control planes run: they find the key in the
 * folder that they share. Answers how many secrets there were. What an earlier run left behind is brought on first, so that keys which
 * are removed open nothing any more. Killed anywhere, it is run again.
 */
export async function sealAgain(deps: Deps): Promise<number> {
  await underNewest(deps);
  await removeSealingKeys(deps.stateFolder, keysKept - 1);
  await addSealingKey(deps.stateFolder);
  return underNewest(deps);
}

/** Seals what is sealed under an earlier key than the newest, and puts on record how many that were. */
async function underNewest(deps: Deps): Promise<number> {
  let all = 0;
  for (const { id, name } of await findOrganizations(deps.db)) {
    const outdated = (await findSealed(deps.db, id)).filter(({ sealed, context }) => deps.vault.isOutdated(sealed, context));
    const factors = await outdatedSecondFactors(deps, id);
    if (outdated.length + factors.length === 0) continue;
    await performChange(deps, systemActor(id, deps.ids.next(), 'the command line'), async (change) => {
      let secrets = 0;
      for (const one of outdated) {
        // What somebody changes in this moment is sealed under the newest key by them.
        if (await replaceSealed(change.tx, one, deps.vault.seal(deps.vault.unseal(one.sealed, one.context), one.context))) secrets++;
      }
      secrets += await sealSecondFactors(deps, change.tx, factors);
      change.record({ action: 'organization.sealAgain', object: { kind: 'organization', id, name }, after: { secrets } });
      all += secrets;
    });
  }
  // Whoever left every organization may be invited again, and no chain is theirs meanwhile.
  return all + (await sealSecondFactors(deps, deps.db, await outdatedSecondFactors(deps, null)));
}

async function outdatedSecondFactors({ db, vault }: Deps, organizationId: string | null): Promise<SealedSecondFactor[]> {
  return (await findSecondFactors(db, organizationId)).filter(({ secret, backupCodes }) => isSecondFactorOutdated(vault, secret) || isSecondFactorOutdated(vault, backupCodes));
}

/** Somebody who uses up a backup code in this moment sealed the rest themselves, and the secret is brought on by the next run. */
async function sealSecondFactors(deps: Deps, db: Queryable, factors: readonly SealedSecondFactor[]): Promise<number> {
  let sealed = 0;
  for (const one of factors) {
    const after = { secret: await sealSecondFactorAgain(deps, one.secret), backupCodes: await sealSecondFactorAgain(deps, one.backupCodes) };
    if (await replaceSecondFactor(db, one, after)) sealed++;
  }
  return sealed;
}
