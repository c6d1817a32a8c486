import { documentLimits } from './schema.ts';

/** Texts whose middle parts, the lines that differ, are larger than this together are shown as removed and added whole. */
const cellsMax = 1_000_000;

/** Which lines went and came; lines that stay are left out. */
export function lineChanges(before: string, after: string): string[] {
  const [left, right] = [linesOf(before), linesOf(after)];
  let start = 0;
  while (start < left.length && start < right.length && left[start] === right[start]) start++;
  let [leftEnd, rightEnd] = [left.length, right.length];
  while (leftEnd > start && rightEnd > start && left[leftEnd - 1] === right[rightEnd - 1]) {
    leftEnd--;
    rightEnd--;
  }
  const changed = middle(left.slice(start, leftEnd), right.slice(start, rightEnd));
  const over = changed.length - documentLimits.linesMax;
  return over <= 0 ? changed : [...changed.slice(0, documentLimits.linesMax), `# and ${over} more lines`];
}

function linesOf(text: string): string[] {
  const trimmed = text.trimEnd();
  return trimmed === '' ? [] : trimmed.split('\n');
}

function middle(left: readonly string[], right: readonly string[]): string[] {
  if (left.length * right.length > cellsMax) return [...left.map((line) => `- ${line}`), ...right.map((line) => `+ ${line}`)];
  const common = commonLengths(left, right);
  const lines: string[] = [];
  let [from, to] = [0, 0];
  while (from < left.length || to < right.length) {
    if (from < left.length && to < right.length && left[from] === right[to]) {
      from++;
      to++;
    } else if (to >= right.length || (from < left.length && (common[from + 1]?.[to] ?? 0) >= (common[from]?.[to + 1] ?? 0))) lines.push(`- ${left[from++]}`);
    else lines.push(`+ ${right[to++]}`);
  }
  return lines;
}

/** For every pair of places, how many lines of the two rests are common. */
function commonLengths(left: readonly string[], right: readonly string[]): number[][] {
  const lengths = Array.from({ length: left.length + 1 }, () => new Array<number>(right.length + 1).fill(0));
  for (let from = left.length - 1; from >= 0; from--) {
    for (let to = right.length - 1; to >= 0; to--) {
      const row = lengths[from];
      if (row !== undefined) row[to] = left[from] === right[to] ? (lengths[from + 1]?.[to + 1] ?? 0) + 1 : Math.max(lengths[from + 1]?.[to] ?? 0, row[to + 1] ?? 0);
    }
  }
  return lengths;
}
