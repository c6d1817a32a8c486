import { describeApp } from '../analyze.ts';
import type { Analysis, Environment } from '../api.ts';
import type { Span } from '../language/diagnostics.ts';
import { complete, type Completion, type Offers } from './complete.ts';
import { definingEdit, type WantedAttribute } from './define.ts';
import { estimateState, type Rates, type StateEstimate } from './estimate.ts';
import { format } from './format.ts';
import { queryGraph, type QueryGraph } from './graph.ts';
import { hoverAt, type Hover } from './hover.ts';
import { study, type Study } from './observed.ts';
import { applyEdits, occurrenceAt, occurrencesOf, rename, type RenameResult } from './rename.ts';
import { semanticTokens, type SemanticToken } from './semantic-tokens.ts';
import { symbolsOf, type Occurrence, type Symbols } from './symbols.ts';
import { mapText, type TextMap } from './text-map.ts';

/**
 * One state of a text and everything that can be asked about it. Made anew for each state; each answer is worked out when
 * it is first asked for and kept. Nothing here throws, whatever the text.
 */
export class RuleDocument {
  readonly text: string;
  private readonly environment: Environment;
  private readonly known: Study;
  private readonly map: TextMap;
  private symbolsKept: Symbols | undefined;
  private analysisKept: Analysis | undefined;
  private graphKept: QueryGraph | undefined;

  constructor(text: string, environment: Environment = {}) {
    this.text = text;
    this.environment = environment;
    this.map = mapText(text);
    this.known = study(text, environment);
  }

  /** Diagnostics, and what the text is made of. */
  get analysis(): Analysis {
    return (this.analysisKept ??= describeApp(this.known.plan, this.known.diagnostics));
  }

  /** What may be written at `offset`. */
  complete(offset: number, offers: Offers = {}): Completion | undefined {
    return complete(this.map, this.known, offset, this.environment, offers);
  }

  hover(offset: number): Hover | undefined {
    return hoverAt(this.map, this.known, this.symbols, offset, this.environment);
  }

  /** The text with the stream defined with these attributes. */
  withDefinition(stream: string, attributes: readonly WantedAttribute[]): string {
    return applyEdits(this.text, [definingEdit(this.text, this.known.app, stream, attributes)]);
  }

  /** Where what is named at `offset` is introduced. */
  definition(offset: number): Span | undefined {
    const at = occurrenceAt(this.symbols, offset);
    if (at === undefined) return undefined;
    const { occurrences } = this.symbols;
    return occurrences.find((one) => one.symbol === at.symbol && one.defines) ?? occurrences.find((one) => one.putsOut === at.symbol);
  }

  /** Every place that names what is named at `offset`. */
  references(offset: number): Occurrence[] {
    const at = occurrenceAt(this.symbols, offset);
    return at === undefined ? [] : occurrencesOf(this.symbols, at.symbol);
  }

  rename(offset: number, name: string): RenameResult {
    return rename(this.text, this.symbols, offset, name, this.environment);
  }

  /** The text in its one form. */
  format(): string {
    return format(this.map, this.known.app);
  }

  tokens(): SemanticToken[] {
    return semanticTokens(this.map, this.known.app, this.symbols);
  }

  get graph(): QueryGraph {
    return (this.graphKept ??= queryGraph(this.text, this.known.app, this.known.plan));
  }

  /** What each operator will hold, by the rates of the streams. */
  state(rates: Rates = {}): StateEstimate[] {
    return estimateState(this.known.plan, rates);
  }

  private get symbols(): Symbols {
    return (this.symbolsKept ??= symbolsOf(this.map, this.known.app, this.known.plan, this.known.observed));
  }
}
