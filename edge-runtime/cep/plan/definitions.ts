import type { Environment } from '../api.ts';
import type { Diagnostics } from '../language/diagnostics.ts';
import type { AggregationDefinition, Definition as DefinitionSyntax } from '../language/syntax.ts';
import { annotationView, connectorOf } from './annotations.ts';
import { checkAsync } from './app-annotations.ts';
import type { Base } from './app-index.ts';
import type { Surroundings } from './check-expression.ts';
import { saysTheSame } from './defined-again.ts';
import { planEventTime } from './event-time.ts';
import { planFaultStream } from './fault-stream.ts';
import type { FunctionDefinition } from './functions.ts';
import { planNamedWindow, planTrigger, TRIGGER_ATTRIBUTES } from './plan-named-window.ts';
import { planScript } from './plan-script.ts';
import { planTable } from './plan-table.ts';
import type { AppPlan, StreamPlan, TablePlan } from './plan.ts';

/** What is known by its name. */
export interface Names {
  readonly streams: Map<string, StreamPlan>;
  readonly tables: Map<string, TablePlan>;
  readonly functions: Map<string, FunctionDefinition>;
}

/** Plans what a text defines before its queries are. */
export class Definitions {
  /** Aggregations, which wait for their stream: a query may make it. */
  waiting: AggregationDefinition[] = [];
  private readonly names: Names;
  private readonly into: AppPlan;
  private readonly around: Surroundings;
  private readonly diagnostics: Diagnostics;
  private readonly environment: Environment;
  private readonly base: Base | undefined;

  constructor(names: Names, into: AppPlan, around: Surroundings, environment: Environment, base: Base | undefined) {
    this.names = names;
    this.into = into;
    this.around = around;
    this.diagnostics = around.diagnostics;
    this.environment = environment;
    this.base = base;
  }

  plan(definitions: readonly DefinitionSyntax[]): void {
    for (const definition of definitions) this.define(definition);
    for (const definition of definitions) this.planEventTime(definition);
  }

  private define(definition: DefinitionSyntax): void {
    const { name, kind } = definition;
    if (kind === 'aggregation') {
      this.waiting.push(definition);
      return;
    }
    if (kind === 'function') {
      const written = planScript(definition, this.environment, this.diagnostics);
      if (this.names.functions.has(name.text)) this.diagnostics.error('name.duplicate-definition', name, `The function '${name.text}' is defined twice.`);
      else if (written !== undefined) this.names.functions.set(name.text, written);
      return;
    }
    const known = this.names.streams.get(name.text);
    if (known !== undefined && saysTheSame(known, definition)) return;
    if (known !== undefined) {
      this.diagnostics.error('name.duplicate-definition', name, `'${name.text}' is defined twice.`, this.otherPlace(known));
      return;
    }
    if (kind === 'trigger') {
      const trigger = planTrigger(definition, this.around);
      if (trigger !== undefined) this.into.triggers.push(trigger);
      this.names.streams.set(name.text, { name: name.text, kind, attributes: TRIGGER_ATTRIBUTES, defined: true, annotations: definition.annotations.map(annotationView), at: name.from });
      return;
    }
    const attributes = definition.attributes.map((one) => ({ name: one.name.text, type: one.type }));
    definition.attributes.forEach((one, index) => {
      if (attributes.findIndex((other) => other.name === one.name.text) < index) {
        this.diagnostics.error('name.duplicate-attribute', one.name, `'${name.text}' has the attribute '${one.name.text}' twice.`);
      }
    });
    const stream: StreamPlan = { name: name.text, kind, attributes, defined: true, annotations: definition.annotations.map(annotationView), at: name.from };
    this.names.streams.set(name.text, stream);
    checkAsync(definition.annotations, this.diagnostics);
    const fault = kind === 'stream' ? planFaultStream(stream, definition.annotations, this.diagnostics) : undefined;
    if (fault !== undefined) this.names.streams.set(fault.name, fault);

    if (kind === 'table') {
      this.names.tables.set(name.text, planTable(definition, this.around));
      return;
    }
    if (kind === 'window') {
      const window = planNamedWindow(definition, attributes, this.around);
      if (window !== undefined) this.into.windows.push(window);
      return;
    }
    for (const annotation of definition.annotations) {
      const role = annotation.name.toLowerCase();
      if (role !== 'source' && role !== 'sink') continue;
      const connector = connectorOf(annotation, name.text, attributes, this.diagnostics);
      if (connector !== undefined) this.into[role === 'source' ? 'sources' : 'sinks'].push(connector);
    }
  }

  /** Where else a name was defined. */
  otherPlace(known: StreamPlan): string {
    return this.base?.app.streams.get(known.name) === known ? 'The app that this is added to has it already.' : `The other one is on line ${this.diagnostics.position(known.at).line}.`;
  }

  private planEventTime(definition: DefinitionSyntax): void {
    const stream = this.names.streams.get(definition.name.text);
    const planned = definition.kind === 'stream' && stream !== undefined ? planEventTime(stream, definition.annotations, this.names.streams, this.diagnostics) : undefined;
    if (planned !== undefined) this.into.eventTimes.push(planned);
  }
}
