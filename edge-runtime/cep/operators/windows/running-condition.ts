import type { Row } from '../../api.ts';
import type { SelectionPlan, WindowCondition } from '../../plan/plan.ts';
import type { BinaryReader, BinaryWriter } from '../../runtime/binary.ts';
import type { Group, SelectionCode } from '../../runtime/emit-query.ts';
import type { OperatorContext } from '../operator-context.ts';
import type { Held } from './held-event.ts';

/** A condition with what it counted so far. */
export class RunningCondition {
  private readonly condition: WindowCondition;
  private readonly codeOf: (plan: SelectionPlan) => SelectionCode;
  private text = '';
  private code: SelectionCode | undefined;
  private group: Group = {};

  constructor(condition: WindowCondition, context: OperatorContext) {
    this.condition = condition;
    this.codeOf = (plan) => context.code.selection(plan, 'span', true);
    if (condition.fixed !== undefined) this.begin(condition.fixed);
  }

  private begin(plan: SelectionPlan): void {
    this.code = this.codeOf(plan);
    this.group = this.code.group();
  }

  /** Whether an event brings another condition than the one before; then everything is counted anew. */
  changes(row: Row): boolean {
    if (this.condition.text === undefined) return false;
    const text = String(row[this.condition.text] ?? '');
    if (text === this.text && this.code !== undefined) return false;
    this.begin(this.condition.compile(text));
    this.text = text;
    return true;
  }

  arrive(event: Held, first: Held, last: Held): boolean {
    return this.code?.arrive(this.group, event.timestamp, [timedRowOf(event), timedRowOf(first), timedRowOf(last)])?.[0] === true;
  }

  leave(event: Held, first: Held, last: Held): boolean {
    return this.code?.leave(this.group, event.timestamp, [timedRowOf(event), timedRowOf(first), timedRowOf(last)])?.[0] === true;
  }

  /** Everything left. */
  reset(): void {
    for (const name of Object.keys(this.group)) this.group[name]?.reset();
  }

  save(writer: BinaryWriter): void {
    writer.value(this.text);
    writer.value(this.code !== undefined);
    for (const name of Object.keys(this.group)) this.group[name]?.save(writer);
  }

  load(reader: BinaryReader): void {
    this.text = String(reader.value());
    const begun = reader.value() === true;
    if (begun && this.condition.fixed === undefined) this.begin(this.condition.compile(this.text));
    if (begun) for (const name of Object.keys(this.group)) this.group[name]?.load(reader);
  }
}

/** A row with its time behind it, for `eventTimestamp(first)`. */
function timedRowOf({ timestamp, payload }: Held): unknown[] {
  return Array.isArray(payload) ? [...payload, timestamp] : [timestamp];
}
