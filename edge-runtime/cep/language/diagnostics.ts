import type { Diagnostic } from '../api.ts';

/** Half-open range of offsets in a text. */
export interface Span {
  from: number;
  to: number;
}

const VARIABLE = 'name.unknown-variable';

/** More than this helps nobody and costs time on garbage. */
const DIAGNOSTICS_MAX = 100;

/** Collects what is wrong in one text and knows where its lines begin. */
export class Diagnostics {
  readonly list: Diagnostic[] = [];
  private readonly text: string;
  private lineStarts: number[] | undefined;
  private readonly seen = new Set<string>();

  constructor(text: string) {
    this.text = text;
  }

  error(code: string, span: Span, message: string, hint?: string): void {
    this.add('error', code, span, message, hint);
  }

  warning(code: string, span: Span, message: string, hint?: string): void {
    this.add('warning', code, span, message, hint);
  }

  get failed(): boolean {
    return this.list.some((one) => one.severity === 'error');
  }

  /** Line and column of an offset, both from 1. */
  position(offset: number): { line: number; column: number } {
    const starts = (this.lineStarts ??= lineStartsOf(this.text));
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  }

  private add(severity: Diagnostic['severity'], code: string, span: Span, message: string, hint?: string): void {
    const key = `${code}:${span.from}:${message}`;
    // Whatever else is wrong with the name that stands for an unknown variable follows from that.
    const follows = this.list.some((one) => one.code === VARIABLE && one.from === span.from && one.to === span.to && code !== VARIABLE);
    if (this.list.length >= DIAGNOSTICS_MAX || this.seen.has(key) || follows) return;
    this.seen.add(key);
    const { line, column } = this.position(span.from);
    const to = Math.max(span.to, span.from);
    this.list.push({ severity, code, message, from: span.from, to, line, column, ...(hint === undefined ? {} : { hint }) });
  }
}

function lineStartsOf(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
