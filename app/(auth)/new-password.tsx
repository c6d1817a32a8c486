import { passwordLimits } from '../../server/identity/schema.ts';
import { Field, Input } from '../_ui/field.tsx';

/** A password to be chosen; the browser holds it to the limits that the control plane has. */
export function NewPassword({ description }: { description?: string }) {
  return (
    <Field label="Password" name="password" description={description ?? `At least ${passwordLimits.charactersMin} characters.`}>
      <Input name="password" type="password" autoComplete="new-password" minLength={passwordLimits.charactersMin} maxLength={passwordLimits.charactersMax} required />
    </Field>
  );
}
