'use client';
import { useState, type ComponentProps } from 'react';
import { Input } from './field.tsx';

type Props = Omit<ComponentProps<typeof Input>, 'value' | 'defaultValue' | 'onValue' | 'onBlur' | 'inputMode'> & {
  value: number;
  onNumber: (value: number) => void;
  /** Three digits and three behind the point; without it six digits. */
  decimals?: boolean;
};

/** A number that is not below zero and may be half typed: what is none yet stays as typed, and goes when the field is left. */
export function NumberInput({ value, onNumber, decimals = false, ...rest }: Props) {
  const [typed, setTyped] = useState<string | null>(null);
  const whole = decimals ? /^\d{1,3}(\.\d{1,3})?$/ : /^\d{1,6}$/;
  return (
    <Input
      {...rest}
      inputMode={decimals ? 'decimal' : 'numeric'}
      value={typed ?? String(value)}
      onValue={(text) => {
        setTyped(text);
        if (whole.test(text)) onNumber(Number(text));
      }}
      onBlur={() => setTyped(null)}
    />
  );
}
