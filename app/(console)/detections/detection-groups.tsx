'use client';
import type { DetectionGroup } from '../../../server/detections/schema.ts';
import { count, plural } from '../../_format/number.ts';
import { Card } from '../../_ui/card.tsx';
import { classes } from '../../_ui/classes.ts';
import { RelativeTime } from '../../_ui/relative-time.tsx';
import { Sparkline } from '../../_ui/sparkline.tsx';
import { Shape } from '../../_ui/status.tsx';
import { severityTones, severityWords } from './detection-columns.tsx';

/** One row for each kind of detection, with how often over the range; choosing one shows its detections below. */
export function DetectionGroups({ groups, chosen, onChoose }: { groups: readonly DetectionGroup[]; chosen: string; onChoose: (group: DetectionGroup) => void }) {
  return (
    <Card title="By kind" live>
      <ul className="divide-y divide-line">
        {groups.map((group) => {
          const on = chosen === group.stream;
          return (
            <li key={group.key}>
              <button
                type="button"
                aria-pressed={on}
                onClick={() => onChoose(group)}
                className={classes(
                  'grid w-full grid-cols-[14px_minmax(0,1fr)_auto] items-center gap-x-2.5 gap-y-1 px-4 py-2 text-left hover:bg-raised/60 focus-visible:-outline-offset-2 md:grid-cols-[14px_minmax(0,2fr)_minmax(0,1fr)_130px_70px_120px_110px]',
                  on && 'bg-accent-wash shadow-[inset_2px_0_var(--color-accent)]',
                )}
              >
                <Shape tone={severityTones[group.severity]} />
                <span className="truncate font-medium">
                  <span className="sr-only">{severityWords[group.severity]}: </span>
                  {group.title}
                </span>
                <span className="truncate text-dim max-md:hidden">{group.rule}</span>
                <span className="max-md:hidden">
                  <Sparkline values={group.histogram} width={120} height={22} />
                </span>
                <span className="text-right font-medium tabular-nums">{count(group.count)}</span>
                <span className="truncate text-dim tabular-nums max-md:hidden">on {plural(group.nodes, 'node')}</span>
                <span className="text-right text-dim max-md:col-start-2 max-md:text-left">
                  <RelativeTime at={group.lastAt} />
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}
