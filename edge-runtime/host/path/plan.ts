import { parseSinkOptions, sinkPayload, type SinkOptions } from '../../actions/sink-options.ts';
import type { PayloadFormat } from '../../actions/payload.ts';
import { CepError, compile, rowReader, type Analysis, type CompiledApp, type Connector, type Environment, type StreamView } from '../../cep/index.ts';
import type { Decoder } from '../../ingest/decoder.ts';
import { parseSourceOptions, sourceDecoder, type SourceOptions } from '../../ingest/source-options.ts';
import { messageOf, PathError } from '../../kernel/path-error.ts';
import { type NodeValues, withNodeValues } from '../../kernel/option-values.ts';
import { callOf, type BundleManifest, type Settings, type Severity } from '../../protocol/index.ts';
import type { StoredStream } from '../../store/step.ts';
import type { PathBundle, PathDependencies, StreamKind } from './contract.ts';
import { feedingStreams, kindOf } from './stream-lineage.ts';

/** A bundle worked out for this node: everything checked, nothing opened. */
export interface PathPlan {
  rules: RulePlan[];
  /** Every stream that is kept, the dead letters included. */
  stored: StoredStream[];
}

export interface RulePlan {
  name: string;
  version: number;
  digest: string;
  app: CompiledApp;
  /** Time comes from events alone, as `@app:playback` or a source with times of its own asks. */
  isPlayback: boolean;
  /** What a reference in the text resolved to: `name@version`, as the model pool knows it. */
  models: Map<string, { key: string; name: string; version: number }>;
  sources: { options: SourceOptions; stream: string; decoder(): Decoder }[];
  sinks: { options: SinkOptions; stream: string; format: PayloadFormat }[];
  streams: StreamPlan[];
}

export interface StreamPlan {
  /** As in the text. */
  name: string;
  kind: StreamKind;
  stored: StoredStream;
  isStored: boolean;
  detection: { title: string; severity: Severity } | undefined;
  /** Names of the streams whose events may have caused a detection. */
  causes: string[];
}

export const deadLetters: StoredStream = {
  name: 'dead-letters',
  attributes: ['source', 'position', 'reason', 'raw'].map((name) => ({ name, type: 'string' as const })),
};

const severities: ReadonlySet<string> = new Set<Severity>(['info', 'warning', 'critical']);

/** Throws a `PathError` naming the rule, option, secret or model that is wrong. */
export function planPath(bundle: PathBundle, dependencies: PathDependencies): PathPlan {
  const rules = bundle.manifest.rules.map((rule) => planRule(rule, bundle, dependencies));
  const names = new Set(rules.map((rule) => rule.name));
  if (names.size < rules.length) throw new PathError('rule.duplicate', 'bundle', 'the bundle holds two versions of one rule');
  requireDistinctPaths(rules);
  return { rules, stored: [...rules.flatMap((rule) => rule.streams.filter((stream) => stream.isStored).map((stream) => stream.stored)), deadLetters] };
}

function planRule(rule: BundleManifest['rules'][number], bundle: PathBundle, dependencies: PathDependencies): RulePlan {
  const text = bundle.ruleTexts.get(rule.digest);
  if (text === undefined) throw new PathError('artefact.missing', rule.name, `the text of rule ${rule.name} version ${rule.version} is not on this node`);
  const models: RulePlan['models'] = new Map();
  const app = compileRule(rule.name, text, environmentOf(bundle.manifest, models));
  const { analysis } = app;
  const place: Place = { filesFolder: dependencies.filesFolder, connectors: dependencies.settings.connectors, values: { secret: (secret) => dependencies.secret(secret), label: (label) => bundle.labels[label] } };
  const sources = analysis.sources.map((connector) => planSource(rule.name, connector, analysis, place));
  return {
    name: rule.name,
    version: rule.version,
    digest: rule.digest,
    app,
    isPlayback: /@app:playback\b/i.test(text) || sources.some((source) => source.hasOwnTimes),
    models,
    sources,
    sinks: planSinks(rule.name, analysis, place),
    streams: analysis.streams.filter((stream) => stream.kind === 'stream').map((stream) => planStream(rule.name, stream, analysis)),
  };
}

function compileRule(name: string, text: string, environment: Environment): CompiledApp {
  try {
    return compile(text, environment);
  } catch (error) {
    if (error instanceof CepError) throw new PathError('rule.invalid', name, `rule ${name} does not compile: ${error.message}`, error);
    throw error;
  }
}

/** Resolves references as the bundle did; `models` collects those that the text makes. */
function environmentOf(manifest: BundleManifest, models: RulePlan['models']): Environment {
  return {
    model(reference) {
      const target = manifest.references[reference];
      const model = target === undefined ? undefined : manifest.models.find((one) => one.name === target.model && one.version === target.version);
      if (model === undefined) return { missing: `the bundle has no model for '${reference}'` };
      models.set(reference, { key: `${model.name}@${model.version}`, name: model.name, version: model.version });
      try {
        return callOf(model.signature);
      } catch (error) {
        return { missing: messageOf(error) };
      }
    },
  };
}

/** What a connector finds at this node. */
interface Place {
  filesFolder: string;
  connectors: Settings['connectors'];
  values: NodeValues;
}

function planSource(rule: string, connector: Connector, analysis: Analysis, place: Place): RulePlan['sources'][number] & { hasOwnTimes: boolean } {
  const definition = analysis.streams.find((stream) => stream.name === connector.stream);
  if (definition === undefined) throw new PathError('rule.invalid', rule, `rule ${rule} has a source on the unknown stream ${connector.stream}`);
  const complete = withSettings(connector, place, rule);
  const context = { stream: `${rule}/${connector.stream}`, attributes: definition.attributes, filesFolder: place.filesFolder };
  // Made once here to find a wrong path now, and once for each start, because a decoder remembers its last error.
  const decoder = (): Decoder => sourceDecoder(complete, context, rowReader(definition));
  decoder();
  return { options: parseSourceOptions(complete, context), stream: connector.stream, decoder, hasOwnTimes: complete.options['timestamp'] !== undefined };
}

function planSinks(rule: string, analysis: Analysis, place: Place): RulePlan['sinks'] {
  const seen = new Map<string, number>();
  return analysis.sinks.map((connector) => {
    const complete = withSettings(connector, place, rule);
    const stream = `${rule}/${connector.stream}`;
    const nth = seen.get(`${stream} ${connector.type}`) ?? 0;
    seen.set(`${stream} ${connector.type}`, nth + 1);
    return { options: parseSinkOptions(complete, stream, nth), stream: connector.stream, format: sinkPayload(complete, stream) };
  });
}

/** The place's settings for this type under the annotation's own options, with the node's own values in both. */
function withSettings(connector: Connector, { connectors, values }: Place, rule: string): Connector {
  const { type: _, ...given } = connector.options;
  const options = { ...connectors[connector.type], ...given };
  return { ...connector, options: withNodeValues(options, values, `rule ${rule}, stream ${connector.stream}`) };
}

function planStream(rule: string, stream: StreamView, analysis: Analysis): StreamPlan {
  const detection = annotation(stream, 'detection');
  const severity = detection?.get('severity') ?? 'warning';
  return {
    name: stream.name,
    kind: detection === undefined ? kindOf(stream, analysis) : 'detection',
    stored: { name: `${rule}/${stream.name}`, attributes: stream.attributes.map(({ name, type }) => ({ name, type })) },
    isStored: annotation(stream, 'store')?.get('enabled') !== 'false',
    detection: detection === undefined ? undefined : { title: (detection.get('title') ?? stream.name).slice(0, 200), severity: isSeverity(severity) ? severity : 'warning' },
    causes: detection === undefined ? [] : feedingStreams(stream.name, analysis),
  };
}

function annotation(stream: StreamView, name: string): Map<string, string> | undefined {
  const found = stream.annotations.find((one) => one.name.toLowerCase() === name);
  return found === undefined ? undefined : new Map(found.elements.map((element) => [element.key.toLowerCase(), element.value]));
}

function isSeverity(text: string): text is Severity {
  return severities.has(text);
}

/** Two HTTP sources on one path could not be told apart. */
function requireDistinctPaths(rules: readonly RulePlan[]): void {
  const taken = new Set<string>();
  for (const { options } of rules.flatMap((rule) => rule.sources)) {
    if (options.type !== 'http') continue;
    if (taken.has(options.path)) throw new PathError('connector.invalid', options.id, `two HTTP sources of the bundle use the path ${options.path}`);
    taken.add(options.path);
  }
}
