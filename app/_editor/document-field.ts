import { StateEffect, StateField, type EditorState, type Extension, type Text } from '@codemirror/state';
import { linter, lintGutter, type Diagnostic as EditorDiagnostic } from '@codemirror/lint';
import type { EditorView } from '@codemirror/view';
import type { Environment } from '@selvedge/edge-runtime/cep';
import { RuleDocument } from '@selvedge/edge-runtime/cep/language-service';

/** How long after the last key a text is checked; long enough not to interrupt, short enough to feel immediate. */
const checkDelayMs = 180;

/** What a text may refer to has changed, so the same text may mean something else. */
export const environmentChanged = StateEffect.define<null>();

interface Kept {
  text: Text;
  document: RuleDocument;
}

interface Holder {
  environment: () => Environment;
  kept: Kept | undefined;
}

const holder = StateField.define<Holder>({
  create: () => ({ environment: () => ({}), kept: undefined }),
  update: (value, transaction) => (transaction.effects.some((effect) => effect.is(environmentChanged)) ? { ...value, kept: undefined } : value),
});

/** What is known of the text as it stands; worked out when first asked for, and once for each state of the text. */
export function documentOf(state: EditorState): RuleDocument {
  const at = state.field(holder);
  if (at.kept?.text !== state.doc) at.kept = { text: state.doc, document: new RuleDocument(state.doc.toString(), at.environment()) };
  return at.kept.document;
}

/** Errors in place as one types, from the engine's own analysis. `onDocument` hears of each state that was checked. */
export function documents(environment: () => Environment, onDocument: (document: RuleDocument) => void): Extension {
  const check = (view: EditorView): EditorDiagnostic[] => {
    const document = documentOf(view.state);
    onDocument(document);
    const { length } = document.text;
    return document.analysis.diagnostics.map((diagnostic) => ({
      from: Math.min(diagnostic.from, length),
      to: Math.min(Math.max(diagnostic.to, diagnostic.from + 1), length),
      severity: diagnostic.severity,
      message: diagnostic.hint === undefined ? diagnostic.message : `${diagnostic.message} ${diagnostic.hint}`,
      source: diagnostic.code,
    }));
  };
  return [
    holder.init(() => ({ environment, kept: undefined })),
    linter(check, { delay: checkDelayMs, needsRefresh: (update) => update.transactions.some((transaction) => transaction.effects.some((effect) => effect.is(environmentChanged))) }),
    lintGutter(),
  ];
}
