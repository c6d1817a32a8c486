import type { Environment, ModelAnswer, ModelCall } from '@selvedge/edge-runtime/cep';
import { plain, type AskModel } from '@selvedge/edge-runtime/cep/preview';
import type { KnownModel } from './preview-protocol.ts';

/** Rows that one run may ask models about; a preview is not a batch inference. */
const PREDICTIONS_MAX = 2000;
/** Answers kept, so that typing does not ask the same again. */
const ANSWERS_KEPT_MAX = 50_000;

/** Asks the page, which makes predictions with the rights of the person who looks. */
export type AskPage = (model: string, inputs: readonly (readonly unknown[])[], count: number) => Promise<ModelAnswer>;

const answers = new Map<string, unknown[]>();

export function environmentOf(models: readonly KnownModel[]): Environment {
  return { model: (reference) => models.find((one) => one.reference === reference) ?? { missing: `there is no model '${reference}'` } };
}

/** Asks the page for what is not known yet, row by row of what models were asked before. */
export function asking(models: readonly KnownModel[], askPage: AskPage): AskModel {
  let rows = 0;
  return async (call: ModelCall) => {
    const outputs = models.find((one) => one.reference === call.model)?.outputs.length ?? 0;
    const keys = Array.from({ length: call.count }, (_, row) => `${call.model} ${JSON.stringify(call.inputs.map((column) => plain(column[row])))}`);
    const unknown = [...new Map(keys.flatMap((key, row) => (answers.has(key) ? [] : [[key, row] as const]))).entries()];
    rows += unknown.length;
    if (rows > PREDICTIONS_MAX) return { error: `a preview asks models about ${PREDICTIONS_MAX} rows at most` };
    if (unknown.length > 0) {
      const answered = await askPage(call.model, call.inputs.map((column) => unknown.map(([, row]) => plain(column[row]))), unknown.length);
      if ('error' in answered) return answered;
      if (answers.size > ANSWERS_KEPT_MAX) answers.clear();
      unknown.forEach(([key], place) => answers.set(key, answered.outputs.map((column) => column[place])));
    }
    return { outputs: Array.from({ length: outputs }, (_, column) => keys.map((key) => answers.get(key)?.[column] ?? null)) };
  };
}
