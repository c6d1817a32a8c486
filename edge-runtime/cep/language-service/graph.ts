import type { Connector } from '../api.ts';
import type { Span } from '../language/diagnostics.ts';
import type { Annotation, App, Query, QueryInput, StateElement } from '../language/syntax.ts';
import type { AppPlan } from '../plan/plan.ts';
import { handlersOf, queriesOf, sourcesIn, type PlacedQuery } from './walk.ts';

export type GraphNodeKind = 'source' | 'stream' | 'table' | 'window' | 'trigger' | 'aggregation' | 'query' | 'model' | 'sink' | 'detection';

export interface GraphNode {
  id: string;
  kind: GraphNodeKind;
  label: string;
  /** One more line: of a query what it does, of a source where it reads. */
  detail: string;
  /** Its place in the text. */
  at: Span;
  /** The partition that it runs in, one instance for each key. */
  partition?: string;
}

export interface GraphEdge {
  from: string;
  to: string;
  /** Events flow; a table is looked into; a table is changed. */
  kind: 'flow' | 'look-up' | 'change';
}

export interface QueryGraph {
  nodes: readonly GraphNode[];
  edges: readonly GraphEdge[];
}

/** What a text is made of and how events pass through it. Of a text with errors, all of it that could be read. */
export function queryGraph(text: string, app: App, plan: AppPlan): QueryGraph {
  return new GraphBuilder(text, app, plan).run();
}

class GraphBuilder {
  private readonly text: string;
  private readonly app: App;
  private readonly plan: AppPlan;
  private readonly nodes = new Map<string, GraphNode>();
  private readonly edges = new Map<string, GraphEdge>();

  constructor(text: string, app: App, plan: AppPlan) {
    this.text = text;
    this.app = app;
    this.plan = plan;
  }

  run(): QueryGraph {
    for (const definition of this.app.definitions) {
      const { name, kind } = definition;
      if (kind === 'function') continue;
      const detail = 'attributes' in definition ? definition.attributes.map((one) => one.name.text).join(', ') : '';
      this.node({ id: holderId(name.text), kind, label: name.text, detail, at: name });
      if (kind === 'aggregation') this.edge(this.holder(definition.source.source.name, definition.source.source), holderId(name.text), 'flow');
      if ('annotations' in definition) for (const annotation of definition.annotations) this.outside(annotation, name.text);
    }
    this.plan.sources.forEach((one) => this.connector(one, 'source'));
    queriesOf(this.app).forEach((placed, index) => this.query(placed, index));
    this.plan.sinks.forEach((one) => this.connector(one, 'sink'));
    return { nodes: [...this.nodes.values()], edges: [...this.edges.values()] };
  }

  private outside(annotation: Annotation, stream: string): void {
    if (annotation.name.toLowerCase() !== 'detection') return;
    const title = annotation.elements.find((one) => one.key.toLowerCase() === 'title')?.value ?? stream;
    const id = `detection ${stream}`;
    this.node({ id, kind: 'detection', label: title, detail: annotation.elements.find((one) => one.key.toLowerCase() === 'severity')?.value ?? '', at: annotation });
    this.edge(holderId(stream), id, 'flow');
  }

  private connector({ stream, type, options, at }: Connector, kind: 'source' | 'sink'): void {
    const id = `${kind} ${at}`;
    this.node({ id, kind, label: type, detail: options['topic'] ?? options['url'] ?? options['path'] ?? options['prefix'] ?? '', at: { from: at, to: at + 1 } });
    if (kind === 'source') this.edge(id, holderId(stream), 'flow');
    else this.edge(holderId(stream), id, 'flow');
  }

  private query({ query, partition }: PlacedQuery, index: number): void {
    const name = query.annotations.find((one) => one.name.toLowerCase() === 'info')?.elements.find((one) => one.key === 'name' || one.key === '')?.value ?? `query${index + 1}`;
    const id = `query ${query.from}`;
    const within = partition === undefined ? {} : { partition: partition.keys.map((one) => (one.value === undefined ? one.stream.text : this.piece(one.value))).join(', ') };
    this.node({ id, kind: 'query', label: name, detail: this.describe(query.input), at: query, ...within });
    for (const { source } of sourcesIn(query.input)) {
      const holder = this.holder(source.prefix + source.name, source);
      this.edge(holder, id, this.nodes.get(holder)?.kind === 'table' ? 'look-up' : 'flow');
    }
    if (query.input.kind === 'anonymous') this.edge(`query ${query.input.query.from}`, id, 'flow');
    this.models(query, id);
    const { output } = query;
    if (output.kind === 'return') return;
    const target = this.holder(output.target.prefix + output.target.name, output.target);
    this.edge(id, target, this.nodes.get(target)?.kind === 'table' ? 'change' : 'flow');
  }

  private models(query: Query, id: string): void {
    for (const handler of handlersOf(query.input)) {
      if (handler.kind !== 'function' || handler.call.namespace !== 'model') continue;
      const [first] = handler.call.arguments;
      if (first?.kind !== 'constant' || typeof first.value !== 'string') continue;
      const model = `model ${first.value}`;
      this.node({ id: model, kind: 'model', label: first.value, detail: 'model', at: first });
      this.edge(model, id, 'look-up');
    }
  }

  /** A stream, table, window or aggregation; one that no query defines yet is a stream. */
  private holder(name: string, at: Span): string {
    const id = holderId(name);
    const known = this.plan.streams.find((one) => one.name === name);
    this.node({ id, kind: known?.kind ?? 'stream', label: name, detail: known?.attributes.map((one) => one.name).join(', ') ?? '', at });
    return id;
  }

  private describe(input: QueryInput): string {
    switch (input.kind) {
      case 'single': {
        const parts = input.handlers.flatMap((one) => {
          if (one.kind === 'filter') return [`[${this.piece(one.condition)}]`];
          return [one.kind === 'function' && one.call.namespace === 'model' ? 'predict' : this.piece(one.call)];
        });
        return parts.length === 0 ? 'select' : parts.join(' ');
      }
      case 'join':
        return `${input.type === 'inner' ? '' : `${input.type} outer `}join${input.on === undefined ? '' : ` on ${this.piece(input.on)}`}`;
      case 'anonymous':
        return 'inner query';
      case 'pattern':
      case 'sequence':
        return stepText(input.element, input.kind === 'pattern' ? ' → ' : ', ') + (input.within === undefined ? '' : ' within');
    }
  }

  private piece({ from, to }: Span): string {
    return this.text.slice(from, to).replaceAll(/\s+/g, ' ');
  }

  private node(node: GraphNode): void {
    if (!this.nodes.has(node.id)) this.nodes.set(node.id, node);
  }

  private edge(from: string, to: string, kind: GraphEdge['kind']): void {
    this.edges.set(`${from}>${to}`, { from, to, kind });
  }
}

function holderId(name: string): string {
  return `stream ${name}`;
}

function stepText(element: StateElement, mark: string): string {
  switch (element.kind) {
    case 'stream':
      return element.event?.text ?? element.source.name;
    case 'absent':
      return `not ${element.source.name}`;
    case 'count':
      return stepText(element.stream, mark);
    case 'logical':
      return `${stepText(element.left, mark)} ${element.operator} ${stepText(element.right, mark)}`;
    case 'every':
      return `every ${stepText(element.element, mark)}`;
    case 'next':
      return element.steps.map((one) => stepText(one, mark)).join(mark);
  }
}
