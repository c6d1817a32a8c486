'use client';

import { closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { bracketMatching, indentOnInput } from '@codemirror/language';
import { forceLinting, lintKeymap } from '@codemirror/lint';
import { searchKeymap } from '@codemirror/search';
import { Compartment, EditorState } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers, placeholder as placeholderText } from '@codemirror/view';
import type { Analysis, AttributeType, Environment } from '@selvedge/edge-runtime/cep';
import { useEffect, useEffectEvent, useRef } from 'react';
import { analysis, environmentChanged } from './analysis-field.ts';
import { completion, type KnownModel } from './completion.ts';
import { hovers } from './hover.ts';
import { siddhiql } from './siddhiql.ts';
import { editorTheme } from './theme.ts';

export interface RuleEditorModel extends KnownModel {
  inputs: readonly { name: string; type: AttributeType }[];
  outputs: readonly { name: string; type: AttributeType }[];
}

export interface RuleEditorProps {
  /** What stands in it; a different text replaces the document, the same one leaves cursor and history alone. */
  text: string;
  onChange?: (text: string) => void;
  onAnalysis?: (analysis: Analysis) => void;
  /** The models that rules may call; calls of others are errors. */
  models: readonly RuleEditorModel[];
  readOnly?: boolean;
  /** Names the editor for those who do not see it. */
  label: string;
  placeholder?: string;
  /** The page's style nonce: the editor writes its own style sheet. */
  nonce?: string;
}

/** SiddhiQL with highlighting, completion, hovers and errors in place. Escape, then Tab, leaves it by keyboard. */
export function RuleEditor({ text, onChange, onAnalysis, models, readOnly = false, label, placeholder, nonce }: RuleEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const readOnlyPart = useRef(new Compartment());
  const modelsNow = useRef(models);
  const changed = useEffectEvent((next: string) => onChange?.(next));
  const analysed = useEffectEvent((result: Analysis) => onAnalysis?.(result));
  const initialText = useEffectEvent(() => ({ text, label, placeholder, nonce }));

  useEffect(() => {
    if (host.current === null) return undefined;
    const initial = initialText();
    const editor = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: initial.text,
        extensions: [
          lineNumbers(), highlightActiveLine(), highlightActiveLineGutter(), history(), drawSelection(), indentOnInput(), bracketMatching(), closeBrackets(),
          siddhiql(), editorTheme, EditorView.lineWrapping, EditorState.tabSize.of(2),
          analysis(() => environmentOf(modelsNow.current), (result) => analysed(result)),
          completion(() => modelsNow.current), hovers(() => modelsNow.current),
          keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap]),
          readOnlyPart.current.of([]),
          EditorView.contentAttributes.of({ 'aria-label': initial.label, 'aria-multiline': 'true' }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) changed(update.state.doc.toString());
          }),
          ...(initial.placeholder === undefined ? [] : [placeholderText(initial.placeholder)]),
          ...(initial.nonce === undefined ? [] : [EditorView.cspNonce.of(initial.nonce)]),
        ],
      }),
    });
    view.current = editor;
    forceLinting(editor);
    return () => {
      view.current = null;
      editor.destroy();
    };
  }, []);

  useEffect(() => {
    const editor = view.current;
    if (editor !== null && editor.state.doc.toString() !== text) editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } });
  }, [text]);

  useEffect(() => {
    modelsNow.current = models;
    view.current?.dispatch({ effects: environmentChanged.of(null) });
  }, [models]);

  useEffect(() => {
    view.current?.dispatch({ effects: readOnlyPart.current.reconfigure([EditorState.readOnly.of(readOnly), EditorView.editable.of(!readOnly)]) });
  }, [readOnly]);

  return <div ref={host} data-rule-editor className="min-h-60" />;
}

function environmentOf(models: readonly RuleEditorModel[]): Environment {
  return {
    model(reference) {
      const known = models.find((model) => model.reference === reference);
      if (known !== undefined) return known;
      const names = models.map((model) => `'${model.reference}'`).slice(0, 5).join(', ');
      return { missing: names === '' ? `There is no model '${reference}': none has been published yet.` : `There is no model '${reference}'. Published: ${names}.` };
    },
  };
}
