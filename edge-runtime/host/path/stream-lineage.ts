import type { Analysis, StreamView } from '../../cep/index.ts';
import type { StreamKind } from './contract.ts';

/** The streams whose events lead to this one, nearest first. */
export function feedingStreams(stream: string, analysis: Analysis): string[] {
  const found: string[] = [];
  let front = [stream];
  while (front.length > 0) {
    const inputs = analysis.queries.filter((query) => query.output !== undefined && front.includes(query.output)).flatMap((query) => query.inputs);
    front = [...new Set(inputs)].filter((name) => name !== stream && !found.includes(name));
    found.push(...front);
  }
  return found.filter((name) => analysis.streams.some((one) => one.name === name && one.kind === 'stream'));
}

/** What a stream carries: a query that calls a model makes predictions, and what has no query before it is raw. */
export function kindOf(stream: StreamView, analysis: Analysis): StreamKind {
  const makers = analysis.queries.filter((query) => query.output === stream.name);
  if (makers.length === 0) return 'raw';
  return makers.some((query) => callsModel(query.at, analysis)) ? 'predicted' : 'aggregated';
}

/** A model call belongs to the last query that begins before it. */
function callsModel(queryAt: number, analysis: Analysis): boolean {
  const next = Math.min(...analysis.queries.map((query) => query.at).filter((at) => at > queryAt), Number.POSITIVE_INFINITY);
  return analysis.models.some((model) => model.at >= queryAt && model.at < next);
}
