import type { SignatureStanding } from '../bundles/schema.ts';
import type { Cause } from './schema.ts';
import { causeOf } from './words.ts';

/** Whose signatures are missing under what nodes are to run; null while none is. */
export function signatureCause(standing: SignatureStanding | null, digest: string): Cause | null {
  if (standing === null || standing.missing === 0) return null;
  const [signed, others] = [standing.signers.filter(({ at }) => at !== null), standing.signers.filter(({ at }) => at === null)];
  const names = (signers: SignatureStanding['signers']): string => signers.map(({ holder }) => holder).join(', ');
  return causeOf('SignaturesMissing', 'notice', 'It waits for signatures', `Nodes take it on when ${standing.needed} of the people who hold keys have signed it, beside the control plane; ${standing.missing === 1 ? 'one is' : `${standing.missing} are`} missing.`, {
    evidence: { bundle: digest, signed: signed.length === 0 ? 'nobody yet' : names(signed), 'can sign': names(others) || 'nobody' },
    byItself: ['It goes on as soon as the last of them has signed.', null],
    canDo: [`Have it signed: \`selvedge sign add ${digest} --key FILE\`.`],
  });
}
