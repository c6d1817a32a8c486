import type { MadePlan } from '../../../../server/deployments/schema.ts';
import { duration } from '../../../_format/time.ts';
import { Card } from '../../../_ui/card.tsx';
import type { Fact } from '../../../_ui/facts.tsx';
import { AbsoluteTime } from '../../../_ui/moment.tsx';

type Expected = MadePlan['expected'];

/** Among the few numbers of a plan: the most, or the least where nobody can say the most. */
export function takesFact({ earliestSeconds, latestSeconds }: Expected): Fact {
  const least = duration(earliestSeconds * 1000);
  return latestSeconds === null ? { label: 'Takes at least', value: least, note: 'how much more is not known' } : { label: 'Takes at most', value: duration(latestSeconds * 1000), note: `at least ${least}` };
}

/** From the least to the most that follows from the plan; open at its end where nobody can say. */
function spanOf({ earliestSeconds, latestSeconds }: Expected): string {
  const [least, most] = [duration(earliestSeconds * 1000), latestSeconds === null ? null : duration(latestSeconds * 1000)];
  if (most === null) return `${least} or more`;
  return least === most ? most : `${least} – ${most}`;
}

const purposes: Record<Expected['windows'][number]['purpose'], string> = { tell: 'Told', fetch: 'Fetches', switch: 'Switches' };

/** What the expected duration follows from and what is not known, with the windows that apply and when each opens next. */
export function ExpectedDuration({ plan: { expected, madeAt } }: { plan: MadePlan }) {
  return (
    <Card title="How long it takes" subtitle={`${spanOf(expected)} if it starts now, without waiting for people`}>
      <ul className="space-y-1 px-4 py-3">
        {expected.basis.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      {expected.windows.length === 0 ? null : (
        <ul className="divide-y divide-line border-t border-line" aria-label="Windows">
          {expected.windows.map(({ purpose, text, opensAt }) => (
            <li key={`${purpose} ${text}`} className="flex flex-wrap items-baseline gap-x-2 px-4 py-2">
              <span className="w-20 text-dim">{purposes[purpose]}</span>
              <span>{text}</span>
              <span className="text-dim">{opensAt <= madeAt ? 'open now' : <>opens next <AbsoluteTime at={opensAt} /></>}</span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
