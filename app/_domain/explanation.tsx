import Link from 'next/link';
import type { Cause, Explanation } from '../../server/why/schema.ts';
import { count, significant } from '../_format/number.ts';
import { paths } from '../paths.ts';
import { RelativeTime } from '../_ui/relative-time.tsx';
import { Shape } from '../_ui/status.tsx';

/** The causes of something that is not as it should be, the one that the others wait for first. */
export function Causes({ causes }: { causes: Explanation['causes'] }) {
  return (
    <ol className="divide-y divide-line">
      {causes.map((cause, index) => (
        <li key={`${cause.code} ${index}`} className="grid grid-cols-[18px_1fr] gap-x-2.5 gap-y-1 px-4 py-3">
          <Shape tone={cause.tone} moving={cause.code === 'Activating'} className="mt-[3px]" />
          <span className="flex flex-wrap items-baseline justify-between gap-x-3">
            <span className="font-medium">{cause.title}</span>
            <code className="text-sm text-faint">{cause.code}</code>
          </span>
          {cause.detail === '' ? null : <p className="col-start-2 text-dim">{cause.detail}</p>}
          <Evidence cause={cause} />
          {cause.byItself === null ? null : (
            <p className="col-start-2 text-dim">
              <span className="text-ink">By itself:</span> {cause.byItself.what}
            </p>
          )}
          {cause.canDo.length === 0 ? null : (
            <p className="col-start-2 text-dim">
              <span className="text-ink">You can:</span> {cause.canDo.join(' ')}
            </p>
          )}
        </li>
      ))}
    </ol>
  );
}

function Evidence({ cause }: { cause: Cause }) {
  const known = cause.evidence.filter((one) => one.value !== null);
  if (known.length === 0) return null;
  return (
    <p className="col-start-2 flex flex-wrap gap-x-3 gap-y-0.5 text-sm text-faint">
      {known.map(({ name, value }) => (
        <span key={name}>
          {name} <span className="text-dim"><Known name={name} value={value} /></span>
        </span>
      ))}
    </p>
  );
}

/** Milliseconds since 1970 are longer than any figure. */
const timesFromMs = 1e12;

function Known({ name, value }: Cause['evidence'][number]) {
  if (typeof value === 'number') return value > timesFromMs ? <RelativeTime at={value} /> : Number.isInteger(value) ? count(value) : significant(value);
  if (name === 'deployment' && value !== null) return <Link href={paths.deployment(value)} className="text-accent hover:underline">to be seen here</Link>;
  return value;
}
