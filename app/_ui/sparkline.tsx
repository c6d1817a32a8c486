import { classes } from './classes.ts';

/** The shape of a short series beside its number; decoration, so not read out. A null is a gap. */
export function Sparkline({ values, width = 72, height = 20, className }: { values: readonly (number | null)[]; width?: number; height?: number; className?: string }) {
  const present = values.filter((value): value is number => value !== null);
  if (present.length < 2) return <span aria-hidden className="inline-block" style={{ width, height }} />;
  const low = Math.min(...present, 0);
  const high = Math.max(...present);
  const span = high - low || 1;
  let path = '';
  let pen = false;
  values.forEach((value, index) => {
    if (value === null) {
      pen = false;
      return;
    }
    const x = (index / (values.length - 1)) * (width - 2) + 1;
    const y = height - 2 - ((value - low) / span) * (height - 4);
    path += `${pen ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`;
    pen = true;
  });
  return (
    <svg aria-hidden width={width} height={height} viewBox={`0 0 ${width} ${height}`} className={classes('inline-block align-middle text-s1', className)}>
      <path d={path} fill="none" stroke="currentColor" strokeWidth={1.5} strokeLinejoin="round" />
    </svg>
  );
}
