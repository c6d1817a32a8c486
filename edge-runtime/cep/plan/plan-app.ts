import type { Environment } from '../api.ts';
import type { Diagnostics, Span } from '../language/diagnostics.ts';
import { didYouMean } from '../language/nearest-name.ts';
import { parseApp } from '../language/parser.ts';
import { withVariables } from '../language/variables.ts';
import type { App, Query } from '../language/syntax.ts';
import type { Base } from './app-index.ts';
import { checkAppAnnotations } from './app-annotations.ts';
import { annotationValue, annotationView } from './annotations.ts';
import type { ExpressionObserver, Surroundings } from './check-expression.ts';
import { planAggregationInput } from './plan-aggregation.ts';
import { LayeredMap } from './layered-map.ts';
import { planSingleInput, type ModelBook } from './plan-input.ts';
import { planStateInput } from './plan-pattern.ts';
import { planJoin } from './plan-join.ts';
import { PartitionDraft } from './plan-partition.ts';
import { inputsOf, targetOf } from './query-streams.ts';
import { planRate } from './plan-rate.ts';
import { planSelection } from './plan-selection.ts';
import { planTableChange } from './plan-table.ts';
import { Definitions } from './definitions.ts';
import { KnownStreams, type Waiting } from './known-streams.ts';
import type { FunctionDefinition } from './functions.ts';
import type { AppPlan, InputPlan, OutputPlan, StreamPlan, TablePlan } from './plan.ts';
import type { Scope } from './scope.ts';
import { assignStages } from './stages.ts';
import { makeSurroundings } from './surroundings.ts';
import { isWindow } from './windows.ts';

/** Parses and checks a text. The plan holds what could be understood; it may run only if no error was reported. */
export function planApp(text: string, environment: Environment, diagnostics: Diagnostics, observe?: ExpressionObserver): AppPlan {
  return new AppPlanner(text, environment, diagnostics, observe).run();
}

/**
 * Plans a text that is added to an app that runs: it may use all that the app defines, and the plan holds what is new. Queries
 * without a name get one that is free. Stages are not given yet.
 */
export function planAddition(text: string, base: Base, environment: Environment, diagnostics: Diagnostics): AppPlan {
  return new AppPlanner(text, environment, diagnostics, undefined, base).runAddition();
}

class AppPlanner {
  private readonly text: string;
  /** The app that the text is added to. */
  private readonly base: Base | undefined;
  private readonly diagnostics: Diagnostics;
  private readonly syntax: App;
  private readonly models: ModelBook;
  private readonly streams: Map<string, StreamPlan>;
  private readonly known: KnownStreams;
  private readonly tables: Map<string, TablePlan>;
  private readonly functions: Map<string, FunctionDefinition>;
  private readonly plan: AppPlan;
  /** The tables in which the query at hand looks with `in`. */
  private readonly tested = new Set<string>();
  private readonly queryNames = new Set<string>();
  private readonly around: Surroundings;
  private readonly definitions: Definitions;

  constructor(text: string, environment: Environment, diagnostics: Diagnostics, observe: ExpressionObserver | undefined, base?: Base) {
    this.text = text;
    this.diagnostics = diagnostics;
    this.base = base;
    this.streams = base === undefined ? new Map() : new LayeredMap(base.app.streams, base.hiddenNames);
    this.tables = base === undefined ? new Map() : new LayeredMap(base.app.tables, base.hiddenNames);
    this.functions = base === undefined ? new Map() : new LayeredMap(base.app.functions, base.hiddenNames);
    this.syntax = parseApp(text, diagnostics, environment.variables);
    this.known = new KnownStreams(this.streams, this.syntax.broken, diagnostics);
    this.models = { environment, used: [] };
    this.plan = { name: annotationValue(this.syntax.annotations, 'app:name', '') ?? annotationValue(this.syntax.annotations, 'app:name', 'name'), streams: [], tables: [], aggregations: [], functions: this.functions, windows: [], triggers: [], eventTimes: [], partitions: [], queries: [], sources: [], sinks: [], models: this.models.used };
    this.around = makeSurroundings({ diagnostics, tables: () => this.tables, tested: (name) => this.tested.add(name), functions: () => this.functions, environment, observe });
    this.definitions = new Definitions({ streams: this.streams, tables: this.tables, functions: this.functions }, this.plan, this.around, environment, base);
  }

  run(): AppPlan {
    this.planAll();
    assignStages(this.plan, this.diagnostics);
    return this.plan;
  }

  runAddition(): AppPlan {
    this.planAll();
    return this.plan;
  }

  private planAll(): void {
    checkAppAnnotations(this.syntax.annotations, this.diagnostics);
    this.definitions.plan(this.syntax.definitions);
    this.planQueries();
    this.plan.streams = [...this.streams.values()];
    this.plan.tables = [...this.tables.values()];
  }

  /** What a part of the text means, whatever its layout: what the state behind it belongs to. */
  private definitionOf(from: number, to: number): string {
    return withVariables(this.text.slice(from, to), this.models.environment.variables ?? {}).replaceAll(/\s+/g, ' ');
  }

  /** Aggregations whose stream is known; the others wait for the query that makes it. */
  private planAggregations(): void {
    this.definitions.waiting = this.definitions.waiting.filter((definition) => {
      const { source, name } = definition;
      const stream = this.known.streamOnly(source.source.prefix + source.source.name);
      if (stream === undefined) return true;
      const known = this.streams.get(name.text);
      if (known !== undefined) this.diagnostics.error('name.duplicate-definition', name, `'${name.text}' is defined twice.`, this.definitions.otherPlace(known));
      if (stream.kind === 'window') {
        this.diagnostics.error('type.aggregation', source.source, `An aggregation takes a stream, and '${stream.name}' is a window.`, 'Put what comes out of it into a stream of its own.');
        this.known.broken.add(name.text);
        return false;
      }
      const planned = planAggregationInput(definition, stream, this.around, this.models, (from, to) => this.definitionOf(from, to));
      if (planned === undefined) this.known.broken.add(name.text);
      if (planned === undefined || known !== undefined) return false;
      this.plan.aggregations.push(planned.aggregation);
      this.plan.queries.push(planned.query);
      this.streams.set(name.text, { name: name.text, kind: 'aggregation', attributes: planned.aggregation.attributes, defined: true, annotations: definition.annotations.map(annotationView), at: name.from });
      return false;
    });
  }

  /** Queries in the order of the text, except that one that reads what a later one defines waits for it. */
  private planQueries(): void {
    const drafts: PartitionDraft[] = [];
    let waiting: Waiting[] = [];
    let index = 0;
    for (const element of this.syntax.elements) {
      if (element.kind === 'query') waiting.push({ query: element, index: index++, partition: undefined });
      else {
        const partition = new PartitionDraft(element, (this.base?.partitionsFrom ?? 0) + drafts.length, this.around);
        drafts.push(partition);
        for (const query of element.queries) waiting.push({ query, index: index++, partition });
      }
    }
    for (let before = -1; waiting.length !== before; ) {
      before = waiting.length;
      this.planAggregations();
      for (const draft of drafts) draft.planKeys((name) => this.streams.get(name));
      waiting = waiting.filter((one) => {
        this.known.partition = one.partition;
        if (!inputsOf(one.query).every((source) => this.known.streamOf(source.prefix + source.name) !== undefined)) return true;
        this.planQuery(one.query, one.index);
        return false;
      });
    }
    for (const { source, name } of this.definitions.waiting) {
      this.known.broken.add(name.text);
      if (this.known.broken.has(source.source.prefix + source.source.name)) continue;
      this.diagnostics.error('name.unknown-stream', source.source, `There is no stream '${source.source.name}'.`, didYouMean(source.source.name, this.streams.keys()));
    }
    this.known.reportWaiting(waiting);
    this.plan.partitions = drafts.map((draft) => draft.finish((from, to) => this.definitionOf(from, to), this.streams.keys()));
    this.plan.queries.sort((left, right) => left.at - right.at);
  }

  private planQuery(query: Query, index: number): void {
    const given = annotationValue(query.annotations, 'info', 'name');
    const name = given ?? this.freeName(index);
    this.tested.clear();
    const planned = this.planInput(query);
    const rate = query.rate && planRate(query.rate, this.diagnostics);
    const { output } = query;
    if (output.kind === 'return') {
      this.unsupported(output, `'${output.kind}'`);
      return;
    }
    const selection = planned && planSelection(query.select, planned.scope, this.around, { target: output.target.prefix + output.target.name, joined: planned.input?.kind !== 'single' });
    const outputPlan = selection && this.planOutput(output, selection.attributes, rate?.kind === 'snapshot');
    if (planned?.input === undefined || selection === undefined || outputPlan === undefined) {
      for (const target of targetOf(query)) this.known.broken.add(target);
      return;
    }
    if (this.isTaken(name)) {
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
      rate,
      partition: this.known.partition?.index,
      stage: 0,
      tablesTested: [...this.tested],
      definition: this.definitionOf(query.input.from, query.to),
      texts: { input: this.definitionOf(query.input.from, query.input.to), select: this.definitionOf(query.select.from, query.select.to) },
    });
  }

  /** By its place in the text; of an addition, the next that no query of the app has. */
  private freeName(index: number): string {
    if (this.base === undefined) return `query${index + 1}`;
    let number = this.base.app.queries.size + index + 1;
    while (this.isTaken(`query${number}`)) number++;
    return `query${number}`;
  }

  private isTaken(name: string): boolean {
    return this.queryNames.has(name) || (this.base !== undefined && this.base.app.queries.has(name) && !this.base.hiddenQueries.has(name));
  }

  private planInput(query: Query): { input: InputPlan | undefined; scope: Scope } | undefined {
    const { input } = query;
    switch (input.kind) {
      case 'single': {
        const definition = this.known.streamOnly(input.source.prefix + input.source.name);
        if (definition === undefined) this.diagnostics.error('type.input', input.source, `'${input.source.name}' is a table; a query reads it with a join or with 'in'.`);
        const planned = definition && planSingleInput(input, definition, this.around, this.models);
        const windowed = input.handlers.find(isWindow);
        if (definition?.kind === 'window' && windowed !== undefined) this.diagnostics.error('type.window', windowed, `'${definition.name}' is a window already; it takes filters and functions only.`);
        return planned && { input: planned.plan && { ...planned.plan, window: definition.kind === 'window' }, scope: planned.scope };
      }
      case 'pattern':
      case 'sequence':
        return planStateInput(input, (name) => this.known.streamOnly(name), this.around);
      case 'join':
        return planJoin(input, { stream: (name) => this.known.streamOnly(name), isWindow: (name) => this.streams.get(name)?.kind === 'window', table: (name) => this.tables.get(name), aggregation: (name) => [...this.plan.aggregations, ...(this.base?.app.rest.aggregations ?? [])].find((one) => one.name === name) }, this.around, this.models);
      case 'anonymous':
        return this.unsupported(input, 'inner queries');
    }
  }

  private planOutput(output: Exclude<Query['output'], { kind: 'return' }>, attributes: StreamPlan['attributes'], snapshot: boolean): OutputPlan | undefined {
    const target = output.target.prefix + output.target.name;
    // As Siddhi has it: a snapshot follows what leaves too, unless the text says otherwise.
    const events = output.unstated === true && snapshot ? 'all' : output.events;
    if (snapshot && events !== 'all') {
      this.diagnostics.error('type.rate', output, `A snapshot follows what arrives and what leaves, found '${events} events'.`, "Write 'insert into' or 'insert all events into'.");
    }
    const table = this.tables.get(target);
    if (table !== undefined) {
      const change = planTableChange(output, attributes, table, this.around);
      return change && { kind: 'table', target, events, change };
    }
    if (output.kind === 'insert') return this.known.accepts(output.target, attributes) ? { kind: 'insert', target, events, change: undefined } : undefined;
    this.diagnostics.error('name.unknown-table', output.target, `There is no table '${target}'.`, didYouMean(target, this.tables.keys()));
    return undefined;
  }

  private unsupported(at: Span, what: string): undefined {
    this.diagnostics.error('unsupported.query', at, `This engine does not run ${what} yet.`);
    return undefined;
  }
}
