import { StateEffect, StateField, type Extension } from '@codemirror/state';
import { linter, lintGutter, type Diagnostic as EditorDiagnostic } from '@codemirror/lint';
import type { EditorView } from '@codemirror/view';
import { analyze, type Analysis, type Environment } from '@selvedge/edge-runtime/cep';

/** How long after the last key a text is analysed; long enough not to interrupt, short enough to feel immediate. */
const analysisDelayMs = 180;

const analysed = StateEffect.define<Analysis>();

/** What a text may refer to has changed, so the same text may mean something else. */
export const environmentChanged = StateEffect.define<null>();

/** What is known of the text: completion and hovers read it here, so that a text is analysed once and not three times. */
export const analysisField = StateField.define<Analysis | undefined>({
  create: () => undefined,
  update: (value, transaction) => transaction.effects.reduce<Analysis | undefined>((latest, effect) => (effect.is(analysed) ? effect.value : latest), value),
});

/** Errors in place as one types, from the engine's own analysis. `onAnalysis` hears each of them. */
export function analysis(environment: () => Environment, onAnalysis: (analysis: Analysis) => void): Extension {
  const analyse = (view: EditorView): EditorDiagnostic[] => {
    const text = view.state.doc.toString();
    const result = analyze(text, environment());
    view.dispatch({ effects: analysed.of(result) });
    onAnalysis(result);
    return result.diagnostics.map((diagnostic) => ({
      from: Math.min(diagnostic.from, text.length),
      to: Math.min(Math.max(diagnostic.to, diagnostic.from + 1), text.length),
      severity: diagnostic.severity,
      message: diagnostic.hint === undefined ? diagnostic.message : `${diagnostic.message} ${diagnostic.hint}`,
      source: diagnostic.code,
    }));
  };
  return [analysisField, linter(analyse, { delay: analysisDelayMs, needsRefresh: (update) => update.transactions.some((transaction) => transaction.effects.some((effect) => effect.is(environmentChanged))) }), lintGutter()];
}
