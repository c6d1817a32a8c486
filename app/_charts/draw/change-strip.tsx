import { significant } from '../../_format/number.ts';
import type { PreparedStrip } from '../prepare/change-strip.ts';

const radius = 3;
const rowGap = 18;
const labelHeight = 16;
/** A pile of more dots than this grows no higher. */
const pileMax = 14;

/** Draws what `prepareChangeStrip` decided: a dot a node, a line at the bound, a row a cohort. `label` says what it shows. */
export function ChangeStrip({ prepared, label }: { prepared: PreparedStrip; label: string }) {
  const { width, left, plot, labelsAbove } = prepared;
  const tops: number[] = [];
  let height = 8;
  for (const row of prepared.rows) {
    height += Math.min(row.highest, pileMax) * radius * 2 + rowGap + (labelsAbove ? labelHeight : 0);
    tops.push(height - rowGap / 2);
  }
  const x = (at: number): number => left + at * plot;
  return (
    <svg viewBox={`0 0 ${width} ${height + 20}`} className="w-full" role="img" aria-label={label}>
      {prepared.ticks.map(({ value, at }) => (
        <g key={value}>
          <line x1={x(at)} x2={x(at)} y1={4} y2={height} className={value === 1 ? 'stroke-line-strong' : 'stroke-line'} />
          <text x={x(at)} y={height + 14} textAnchor="middle" className="fill-faint text-[11px]">{significant(value)} ×</text>
        </g>
      ))}
      <line x1={x(prepared.bound)} x2={x(prepared.bound)} y1={4} y2={height} className="stroke-critical" strokeDasharray="3 3" />
      {prepared.rows.map((row, index) => {
        const top = tops[index] ?? 0;
        return (
          <g key={row.label} className={index === 0 ? 'fill-s1' : 'fill-dim'}>
            <text x={0} y={labelsAbove ? top - Math.min(row.highest, pileMax) * radius * 2 - 6 : top} className="fill-ink text-[12px]">{row.label}</text>
            {row.marks.map((mark) => (
              <circle key={mark.name} cx={x(mark.at)} cy={top - 3 - Math.min(mark.stack, pileMax - 1) * radius * 2} r={radius - 0.5}>
                <title>{`${mark.name}: ${significant(mark.value)} ×`}</title>
              </circle>
            ))}
          </g>
        );
      })}
    </svg>
  );
}
