'use client';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { ModelVersion } from '../../../../server/models/schema.ts';
import { failureOf } from '../../../_data/failure.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { Button } from '../../../_ui/button.tsx';
import { Field, Input } from '../../../_ui/field.tsx';

type Input = ModelVersion['call']['inputs'][number];
type Value = number | boolean | string;

/** One field an input, and what the model answers to them. */
export function TryOut({ name, version, refused }: { name: string; version: ModelVersion; refused: string | undefined }) {
  const trpc = useTRPC();
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>({});
  const tryOut = useMutation(trpc.models.tryOut.mutationOptions());
  const textOf = (input: Input) => texts[input.name] ?? (input.type === 'string' ? '' : '0');
  const parsed = version.call.inputs.map((input) => ({ input, value: valueOf(input, textOf(input)) }));
  const wrong = parsed.find(({ value }) => value === undefined);
  const submit = () => tryOut.mutate({ name, version: version.version, inputs: Object.fromEntries(parsed.flatMap(({ input, value }) => (value === undefined ? [] : [[input.name, [value]]]))) });
  return (
    <form
      className="grid gap-4 p-4 md:grid-cols-[2fr_1fr]"
      onSubmit={(event) => {
        event.preventDefault();
        if (refused === undefined && wrong === undefined) submit();
      }}
    >
      <div className="flex flex-col items-start gap-4">
        <div className="grid w-full content-start gap-3 sm:grid-cols-2">
          {parsed.map(({ input, value }) => (
            <Field key={input.name} label={<>{input.name} <span className="font-normal text-faint">{input.type}</span></>} error={value === undefined ? `“${textOf(input)}” is no ${input.type}` : undefined}>
              <Input mono value={textOf(input)} onValue={(text) => setTexts((all) => ({ ...all, [input.name]: text }))} inputMode={input.type === 'string' || input.type === 'bool' ? 'text' : 'decimal'} autoComplete="off" />
            </Field>
          ))}
        </div>
        <Button type="submit" tone="primary" busy={tryOut.isPending} refused={refused ?? (wrong === undefined ? undefined : `${wrong.input.name} is no ${wrong.input.type}`)}>
          Predict
        </Button>
      </div>
      <div aria-live="polite" className="w-full">
        {tryOut.isError ? <p className="text-critical">{failureOf(tryOut.error).message}</p> : null}
        {tryOut.data === undefined && !tryOut.isError ? <p className="text-dim">What it predicts from these stands here.</p> : null}
        {tryOut.data === undefined ? null : (
          <dl className="flex flex-col gap-2">
            {Object.entries(tryOut.data.outputs).map(([output, values]) => (
              <div key={output}>
                <dt className="text-dim">{output}</dt>
                <dd className="font-mono text-lg font-semibold tabular-nums">{String(values[0] ?? 'null')}</dd>
              </div>
            ))}
            <p className="text-sm text-faint">in {tryOut.data.ms.toFixed(2)} ms</p>
          </dl>
        )}
      </div>
    </form>
  );
}

/** What was typed as a value of the input's type; undefined when it is none. */
function valueOf(input: Input, text: string): Value | undefined {
  if (input.type === 'string' || input.type === 'object') return text;
  if (input.type === 'bool') return text === 'true' ? true : text === 'false' ? false : undefined;
  const number = text.trim() === '' ? Number.NaN : Number(text.replace(',', '.'));
  const whole = input.type === 'int' || input.type === 'long';
  return Number.isFinite(number) && (!whole || Number.isInteger(number)) ? number : undefined;
}
