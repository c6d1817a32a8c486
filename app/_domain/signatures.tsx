import type { SignatureStanding } from '../../server/bundles/schema.ts';
import { CodeBlock } from '../_ui/code-block.tsx';
import { RelativeTime } from '../_ui/relative-time.tsx';
import { Status } from '../_ui/status.tsx';

/** Who has signed a text and who can, and with a digest how one who holds a key does it. */
export function Signatures({ standing, digest }: { standing: SignatureStanding; digest?: string }) {
  return (
    <div className="flex flex-col gap-3 px-4 py-3">
      <p>{standing.missing === 0 ? 'As many have signed it as nodes want.' : `${standing.missing === 1 ? 'One signature is' : `${standing.missing} signatures are`} missing beside the control plane’s: nodes take it on when ${standing.needed === 1 ? 'one of these people has' : `${standing.needed} of these people have`} signed it.`}</p>
      <ul className="flex flex-col gap-1.5">
        {standing.signers.map(({ keyId, holder, at }) => (
          <li key={keyId} className="flex flex-wrap items-center gap-x-2">
            {at === null ? <Status tone="neutral" word="Not signed" detail="A signature by this key would count." /> : <Status tone="positive" word="Signed" detail="It is verified, and kept." />}
            <span className="font-medium">{holder}</span>
            {at === null ? null : <span className="text-dim"><RelativeTime at={at} /></span>}
          </li>
        ))}
      </ul>
      {standing.missing === 0 || digest === undefined ? null : <CodeBlock code={`selvedge sign add ${digest} --key FILE`} label="Copy the command" />}
    </div>
  );
}
