import type { Environment } from '../api.ts';
import type { Diagnostics, Span } from '../language/diagnostics.ts';
import { didYouMean } from '../language/nearest-name.ts';
import { parseApp } from '../language/parser.ts';
import type { App, Definition as DefinitionSyntax, Query, StreamReference } from '../language/syntax.ts';
import { annotationValue, annotationView, connectorOf } from './annotations.ts';
import type { ExpressionObserver, Surroundings } from './check-expression.ts';
import { planSingleInput, type ModelBook } from './plan-input.ts';
import { planStateInput } from './plan-pattern.ts';
import { planJoin } from './plan-join.ts';
import { planSelection } from './plan-selection.ts';
import { planTable, planTableChange } from './plan-table.ts';
import type { AppPlan, InputPlan, OutputPlan, StreamPlan, TablePlan } from './plan.ts';
import type { Scope } from './scope.ts';
import { assignStages } from './stages.ts';

/** Parses and checks a text. The plan holds what could be understood; it may run only if no error was reported. */
export function planApp(text: string, environment: Environment, diagnostics: Diagnostics, observe?: ExpressionObserver): AppPlan {
  return new AppPlanner(text, environment, diagnostics, observe).run();
}

class AppPlanner {
  private readonly text: string;
  private readonly diagnostics: Diagnostics;
  private readonly syntax: App;
  private readonly models: ModelBook;
  private readonly streams = new Map<string, StreamPlan>();
  private readonly tables = new Map<string, TablePlan>();
  private readonly plan: AppPlan;
  /** The tables in which the query at hand looks with `in`. */
  private readonly tested = new Set<string>();
  private readonly queryNames = new Set<string>();
  private readonly around: Surroundings;

  constructor(text: string, environment: Environment, diagnostics: Diagnostics, observe: ExpressionObserver | undefined) {
    this.text = text;
    this.diagnostics = diagnostics;
    this.syntax = parseApp(text, diagnostics);
    this.models = { environment, used: [] };
    this.plan = { name: annotationValue(this.syntax.annotations, 'app:name', '') ?? annotationValue(this.syntax.annotations, 'app:name', 'name'), streams: [], tables: [], queries: [], sources: [], sinks: [], models: this.models.used };
    this.around = { diagnostics, table: (name) => this.testedTable(name), tableNames: () => [...this.tables.keys()], extension: () => undefined, extensionNames: () => [], observe };
  }

  run(): AppPlan {
    for (const definition of this.syntax.definitions) this.define(definition);
    this.planQueries();
    this.plan.streams = [...this.streams.values()];
    this.plan.tables = [...this.tables.values()];
    assignStages(this.plan, this.diagnostics);
    return this.plan;
  }

  private define(definition: DefinitionSyntax): void {
    const { name, kind } = definition;
    if (kind !== 'stream' && kind !== 'table') {
      this.diagnostics.error('unsupported.definition', definition, `This engine does not run 'define ${kind}' yet.`);
      return;
    }
    const known = this.streams.get(name.text);
    if (known !== undefined) {
      this.diagnostics.error('name.duplicate-definition', name, `'${name.text}' is defined twice.`, `The other one is on line ${this.diagnostics.position(known.at).line}.`);
      return;
    }
    const attributes = definition.attributes.map((one) => ({ name: one.name.text, type: one.type }));
    definition.attributes.forEach((one, index) => {
      if (attributes.findIndex((other) => other.name === one.name.text) < index) {
        this.diagnostics.error('name.duplicate-attribute', one.name, `'${name.text}' has the attribute '${one.name.text}' twice.`);
      }
    });
    this.streams.set(name.text, { name: name.text, kind, attributes, defined: true, annotations: definition.annotations.map(annotationView), at: name.from });
    if (kind === 'table') {
      this.tables.set(name.text, planTable(definition, this.around));
      return;
    }
    for (const annotation of definition.annotations) {
      const role = annotation.name.toLowerCase();
      if (role !== 'source' && role !== 'sink') continue;
      const connector = connectorOf(annotation, name.text, attributes, this.diagnostics);
      if (connector !== undefined) this.plan[role === 'source' ? 'sources' : 'sinks'].push(connector);
    }
  }

  /** Queries in the order of the text, except that one that reads what a later one defines waits for it. */
  private planQueries(): void {
    let waiting: { query: Query; index: number }[] = [];
    this.syntax.elements.forEach((element, index) => {
      if (element.kind === 'query') waiting.push({ query: element, index });
      else this.diagnostics.error('unsupported.partition', { from: element.from, to: element.from + 'partition'.length }, 'This engine does not run partitions yet.');
    });
    for (let before = -1; waiting.length !== before; ) {
      before = waiting.length;
      waiting = waiting.filter(({ query, index }) => {
        if (!this.inputsOf(query).every((one) => this.streams.has(one.prefix + one.name))) return true;
        this.planQuery(query, index);
        return false;
      });
    }
    for (const { query } of waiting) this.reportUnknownInputs(query);
    this.plan.queries.sort((left, right) => left.at - right.at);
  }

  private inputsOf(query: Query): StreamReference[] {
    const { input } = query;
    switch (input.kind) {
      case 'single':
        return [input.source];
      case 'join':
        return [input.left.source, input.right.source];
      case 'anonymous':
        return this.inputsOf(input.query);
      case 'pattern':
      case 'sequence':
        return sourcesOf(input.element);
    }
  }

  private reportUnknownInputs(query: Query): void {
    for (const source of this.inputsOf(query)) {
      const name = source.prefix + source.name;
      if (!this.streams.has(name)) this.diagnostics.error('name.unknown-stream', source, `There is no stream '${name}'.`, didYouMean(name, this.streams.keys()) ?? 'Define it, or insert into it in another query.');
    }
  }

  private planQuery(query: Query, index: number): void {
    const given = annotationValue(query.annotations, 'info', 'name');
    const name = given ?? `query${index + 1}`;
    this.tested.clear();
    const planned = this.planInput(query);
    if (query.rate !== undefined) this.unsupported(query.rate, 'output rates');
    const { output } = query;
    if (output.kind === 'return') {
      this.unsupported(output, `'${output.kind}'`);
      return;
    }
    const selection = planned && planSelection(query.select, planned.scope, this.around);
    if (planned === undefined || selection === undefined) {
      return;
    }
    const outputPlan = this.planOutput(output, selection.attributes);
    if (outputPlan === undefined) return;
    if (this.queryNames.has(name)) {
      this.diagnostics.error('name.duplicate-query', query, `Two queries are named '${name}'.`);
    }
    this.queryNames.add(name);
    this.plan.queries.push({
      name,
      named: given !== undefined,
      at: query.from,
      input: planned.input,
      selection,
      output: outputPlan,
      stage: 0,
      tablesTested: [...this.tested],
      definition: this.text.slice(query.input.from, query.to).replaceAll(/\s+/g, ' '),
    });
  }

  private planInput(query: Query): { input: InputPlan; scope: Scope } | undefined {
    const { input } = query;
    switch (input.kind) {
      case 'single': {
        const definition = this.streamOnly(input.source.prefix + input.source.name);
        if (definition === undefined) this.diagnostics.error('type.input', input.source, `'${input.source.name}' is a table; a query reads it with a join or with 'in'.`);
        const planned = definition && planSingleInput(input, definition, this.around, this.models);
        return planned && { input: planned.plan, scope: planned.scope };
      }
      case 'pattern':
      case 'sequence':
        return planStateInput(input, (name) => this.streamOnly(name), this.around);
      case 'join':
        return planJoin(input, { stream: (name) => this.streamOnly(name), table: (name) => this.tables.get(name) }, this.around, this.models);
      case 'anonymous':
        return this.unsupported(input, 'inner queries');
    }
  }

  private testedTable(name: string): TablePlan | undefined {
    const table = this.tables.get(name);
    if (table !== undefined) this.tested.add(name);
    return table;
  }

  private streamOnly(name: string): StreamPlan | undefined {
    const found = this.streams.get(name);
    return found?.kind === 'table' ? undefined : found;
  }

  private planOutput(output: Exclude<Query['output'], { kind: 'return' }>, attributes: StreamPlan['attributes']): OutputPlan | undefined {
    const target = output.target.prefix + output.target.name;
    const { events } = output;
    const table = this.tables.get(target);
    if (table !== undefined) {
      const change = planTableChange(output, attributes, table, this.around);
      return change && { kind: 'table', target, events, change };
    }
    if (output.kind === 'insert') return this.accepts(target, attributes, output.target) ? { kind: 'insert', target, events, change: undefined } : undefined;
    this.diagnostics.error('name.unknown-table', output.target, `There is no table '${target}'.`, didYouMean(target, this.tables.keys()));
    return undefined;
  }

  private unsupported(at: Span, what: string): undefined {
    this.diagnostics.error('unsupported.query', at, `This engine does not run ${what} yet.`);
    return undefined;
  }

  /** Whether rows of these attributes may go into a stream; a stream that is not defined becomes so. */
  private accepts(name: string, attributes: StreamPlan['attributes'], at: Span): boolean {
    const known = this.streams.get(name);
    if (known === undefined) {
      this.streams.set(name, { name, kind: 'stream', attributes, defined: false, annotations: [], at: at.from });
      return true;
    }
    const form = (list: StreamPlan['attributes']): string => list.map((one) => `${one.name} ${one.type}`).join(', ');
    if (form(known.attributes) === form(attributes)) return true;
    this.diagnostics.error('type.insert', at, `'${name}' has (${form(known.attributes)}), this query puts out (${form(attributes)}).`);
    return false;
  }
}

function sourcesOf(element: Extract<Query['input'], { kind: 'pattern' | 'sequence' }>['element']): StreamReference[] {
  switch (element.kind) {
    case 'stream':
    case 'absent':
      return [element.source];
    case 'count':
      return [element.stream.source];
    case 'logical':
      return [element.left.source, element.right.source];
    case 'every':
      return sourcesOf(element.element);
    case 'next':
      return element.steps.flatMap(sourcesOf);
  }
}
