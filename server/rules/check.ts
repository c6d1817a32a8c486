import { analyze } from '@selvedge/edge-runtime/cep';
import type { Analysis, Connector } from '@selvedge/edge-runtime/cep';
import { callSignatureOf, resolveReferences } from '../models/index.ts';
import type { ResolvedModel } from '../models/index.ts';
import type { Queryable } from '../kernel/db.ts';
import { findSecret } from '../kernel/plain-secrets.ts';
import type { RuleAnalysis } from './schema.ts';

type Resolution = ReadonlyMap<string, ResolvedModel | { missing: string }>;

/**
 * Type-checks a text with the model references it makes: streams into rules, rules into model signatures, and those back into
 * streams. Two passes of the pure analysis: the first finds the references, the second knows what they mean.
 */
export async function checkRule(db: Queryable, organizationId: string, text: string): Promise<RuleAnalysis> {
  const references = referencesIn(text);
  const resolved = references.length === 0 ? new Map() : await resolveReferences(db, organizationId, references);
  return withoutSecrets(text, analysisWith(text, resolved));
}

/** A text in which a secret itself stands is refused: everybody who may read rules would read it, and it would lie on every node. */
function withoutSecrets(text: string, analysis: RuleAnalysis): RuleAnalysis {
  const found = findSecret(text);
  if (found === null) return analysis;
  const { message, from, to, line } = found;
  return { ...analysis, ok: false, diagnostics: [...analysis.diagnostics, { severity: 'error', code: 'secret.plain', message, from, to, line: line + 1, column: from - text.lastIndexOf('\n', from - 1) }] };
}

/** Every model that a text names, known or not. */
export function referencesIn(text: string): string[] {
  return [...new Set(analyze(text, { model: (reference) => ({ missing: `“${reference}” was not looked up` }) }).models.map((model) => model.reference))];
}

/** The analysis of a text when its references mean what `resolved` says. Pure. */
export function analysisWith(text: string, resolved: Resolution): RuleAnalysis {
  const analysis = analyze(text, {
    model: (reference) => {
      const model = resolved.get(reference);
      if (model === undefined) return { missing: `there is no model “${reference}”` };
      return 'missing' in model ? model : callSignatureOf(model.signature);
    },
  });
  return toRuleAnalysis(analysis, resolved);
}

function toRuleAnalysis(analysis: Analysis, resolved: Resolution): RuleAnalysis {
  const references = [...new Set(analysis.models.map((model) => model.reference))];
  return {
    ok: analysis.ok,
    diagnostics: analysis.diagnostics,
    streams: analysis.streams.map(({ name, attributes, defined, kind }) => ({ name, attributes, defined, kind })),
    sources: analysis.sources.map(toConnector),
    sinks: analysis.sinks.map(toConnector),
    models: references.map((reference) => {
      const model = resolved.get(reference);
      return { reference, version: model === undefined || 'missing' in model ? null : model.version };
    }),
    queries: analysis.queries.map(({ name, inputs, output, kind }) => ({ name, inputs, kind, ...(output !== undefined && { output }) })),
    state: analysis.state.map(({ id, query, what, definition }) => ({ id, query, what, definition })),
  };
}

function toConnector({ stream, type, options, map }: Connector): RuleAnalysis['sources'][number] {
  return { stream, type, options, map: { type: map.type, options: map.options } };
}
