import type { EventIndex, StateAbsent, StateElement, StateInput, StateStream } from '../language/syntax.ts';
import { checkCondition, type Surroundings } from './check-expression.ts';
import type { StateElementPlan, StateInputPlan } from './plan.ts';
import { Scope, type ScopeSource } from './scope.ts';
import type { Access, Definition, Typed } from './types.ts';

type Step = StateStream | StateAbsent;

interface Slot {
  step: Step;
  many: boolean;
  definition: Definition;
}

/**
 * Checks a pattern or sequence; each step has a slot in the state that its condition and the selection look into.
 * Without `input` a step was reported, and the rest can be checked.
 */
export function planStateInput(input: StateInput, definitionOf: (stream: string) => Definition | undefined, around: Surroundings): { input: StateInputPlan | undefined; scope: Scope } {
  const slots: Slot[] = [];
  collectSlots(input.element, slots, definitionOf);
  const misplaced = slots.filter(({ step }) => definitionOf(step.source.prefix + step.source.name) === undefined);
  for (const { step } of misplaced) around.diagnostics.error('type.input', step.source, `'${step.source.name}' is no stream; a step of a pattern takes events.`, 'A table is looked into with a join or with `in`, an aggregation with a join.');
  const names = slots.flatMap(({ step }) => (step.event === undefined ? [] : [step.event]));
  names.forEach((name, index) => {
    if (names.findIndex((one) => one.text === name.text) < index) around.diagnostics.error('name.duplicate-event', name, `Two steps are named '${name.text}'.`);
  });
  const sources = slots.map((slot, index) => sourceOf(slot, index));
  const planner = new StatePlanner(slots, sources, around);
  const element = planner.element(input.kind === 'sequence' ? withEveryToAbsence(input.element) : input.element);
  // Those of absent steps too, whose attributes are always missing: `select *` puts them out, as Siddhi does.
  const scope = new Scope(sources);
  if (element === undefined || misplaced.length > 0) return { input: undefined, scope };
  const plan: StateInputPlan = {
    kind: input.kind,
    element,
    slots: slots.map(({ step, many }) => ({ name: step.event?.text, stream: step.source.prefix + step.source.name, many })),
    within: input.within,
  };
  return { input: plan, scope };
}

/**
 * In a sequence with absence between its first and its last step, the leading `every` of Siddhi's grammar holds all steps but the
 * last, so that the steps between begin no match of their own and no event but those of the first step disturbs them.
 */
function withEveryToAbsence(element: StateElement): StateElement {
  if (element.kind !== 'next') return element;
  const [first, ...others] = element.steps;
  const last = others.pop();
  if (first?.kind !== 'every' || last === undefined || last.kind === 'absent' || !others.some((one) => one.kind === 'absent')) return element;
  return { ...element, steps: [{ ...first, element: { ...element, steps: [first.element, ...others] } }, last] };
}

function collectSlots(element: StateElement, slots: Slot[], definitionOf: (stream: string) => Definition | undefined): void {
  const add = (step: Step, many: boolean): void => {
    const name = step.source.prefix + step.source.name;
    slots.push({ step, many, definition: definitionOf(name) ?? { name, attributes: [] } });
  };
  switch (element.kind) {
    case 'stream':
    case 'absent':
      add(element, false);
      return;
    case 'count':
      add(element.stream, true);
      return;
    case 'logical': {
      // Siddhi numbers the second side first, which `select *` shows.
      const [first, second] = sidesOf(element);
      add(second, false);
      add(first, false);
      return;
    }
    case 'every':
      collectSlots(element.element, slots, definitionOf);
      return;
    case 'next':
      for (const step of element.steps) collectSlots(step, slots, definitionOf);
  }
}

/** The sides of `and` or `or`; one that waits for absence comes first wherever it was written. */
function sidesOf(element: Extract<StateElement, { kind: 'logical' }>): [Step, Step] {
  const { left, right } = element;
  return left.kind === 'stream' && right.kind === 'absent' ? [right, left] : [left, right];
}

function sourceOf({ step, many, definition }: Slot, slot: number): ScopeSource {
  const stream = step.source.prefix + step.source.name;
  return {
    names: step.event === undefined ? [stream] : [step.event.text],
    definition,
    access: (index, at) => ({ from: 'state', slot, many, index, ...(at === undefined ? {} : { at }) }),
    missing: (at): Typed => ({ kind: 'no-event', type: 'bool', slot, many, ...(at === undefined ? {} : { at }) }),
    timestamp: (at): Typed => ({ kind: 'timestamp', type: 'long', of: { from: 'state', slot, many, index: 0, ...(at === undefined ? {} : { at }) } }),
  };
}

class StatePlanner {
  private readonly slots: readonly Slot[];
  private readonly sources: readonly ScopeSource[];
  private readonly around: Surroundings;
  private next = 0;

  constructor(slots: readonly Slot[], sources: readonly ScopeSource[], around: Surroundings) {
    this.slots = slots;
    this.sources = sources;
    this.around = around;
  }

  element(element: StateElement): StateElementPlan | undefined {
    switch (element.kind) {
      case 'stream':
      case 'absent':
        return this.step(element);
      case 'count': {
        const step = this.step(element.stream);
        return step?.kind === 'stream' ? { ...step, kind: 'count', min: element.min, max: element.max } : undefined;
      }
      case 'logical': {
        const [first, second] = sidesOf(element);
        const right = this.step(second);
        const left = this.step(first);
        return left && right && { kind: 'logical', operator: element.operator, left, right };
      }
      case 'every': {
        const inner = this.element(element.element);
        return inner && { kind: 'every', element: inner };
      }
      case 'next': {
        const steps = element.steps.map((one) => this.element(one));
        const known = steps.filter((one) => one !== undefined);
        return known.length === steps.length ? { kind: 'next', steps: known } : undefined;
      }
    }
  }

  private step(step: Step): StateElementPlan | undefined {
    const slot = this.next++;
    const stream = step.source.prefix + step.source.name;
    const own = this.ownSource(slot);
    let condition: Typed | undefined;
    for (const handler of step.handlers) {
      if (handler.kind !== 'filter') {
        this.around.diagnostics.error('unsupported.step', handler, 'A step of a pattern takes filters only.', 'Apply the function in a query of its own, and use its result here.');
        return undefined;
      }
      // In its own filter a step's event is the row at hand; the others are looked up in the state.
      const scope = new Scope(this.sources.map((one, index) => (index === slot ? own : latest(one))), { preferred: own });
      const checked = checkCondition(handler.condition, scope, this.around, 'A filter');
      if (checked === undefined) return undefined;
      condition = condition === undefined ? checked : { kind: 'logic', type: 'bool', operator: 'and', left: condition, right: checked };
    }
    return step.kind === 'stream' ? { kind: 'stream', slot, stream, condition } : { kind: 'absent', slot, stream, condition, for: step.for };
  }

  /**
   * The step's own event while it is tested: the row `r`. An index names one of the events that the step took, the
   * tested one among them, except that `last` is the one before it.
   */
  private ownSource(slot: number): ScopeSource {
    const source = this.sources[slot];
    const { definition = { name: '', attributes: [] }, many = false } = this.slots[slot] ?? {};
    const own = (index: number): Access => ({ from: 'row', variable: 'r', index, optional: false });
    return {
      names: source?.names ?? [],
      definition,
      access: (index, at) => (at === undefined || source === undefined || !many ? own(index) : source.access(index, before(at))),
      missing: (at) => (at === undefined || source?.missing === undefined || !many ? { kind: 'constant', type: 'bool', value: false } : source.missing(before(at))),
      timestamp: (at) => (at === undefined || source?.timestamp === undefined || !many ? { kind: 'timestamp', type: 'long' } : source.timestamp(before(at))),
    };
  }
}

function before(at: EventIndex): EventIndex {
  return at.from === 'end' ? { from: 'end', offset: at.offset + 1 } : at;
}

/** In a filter, a counted step without an index stands for its last event. */
function latest(source: ScopeSource): ScopeSource {
  const last: EventIndex = { from: 'end', offset: 0 };
  const { missing, timestamp } = source;
  return {
    ...source,
    access: (index, at) => source.access(index, at ?? last),
    ...(missing === undefined ? {} : { missing: (at) => missing(at ?? last) }),
    ...(timestamp === undefined ? {} : { timestamp: (at) => timestamp(at ?? last) }),
  };
}
