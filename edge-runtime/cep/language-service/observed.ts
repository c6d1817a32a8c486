import type { Environment } from '../api.ts';
import { Diagnostics } from '../language/diagnostics.ts';
import { parseApp } from '../language/parser.ts';
import type { App, Expression } from '../language/syntax.ts';
import type { Surroundings } from '../plan/check-expression.ts';
import { planApp } from '../plan/plan-app.ts';
import type { AppPlan } from '../plan/plan.ts';
import type { Scope } from '../plan/scope.ts';
import type { Typed } from '../plan/types.ts';

/** An expression as the planner saw it. */
export interface Observed {
  expression: Expression;
  scope: Scope;
  typed: Typed | undefined;
  around: Surroundings;
}

/** A text parsed and planned, with all that was found on the way. */
export interface Study {
  app: App;
  plan: AppPlan;
  diagnostics: Diagnostics;
  observed: readonly Observed[];
}

export function study(text: string, environment: Environment): Study {
  const diagnostics = new Diagnostics(text);
  const observed: Observed[] = [];
  const plan = planApp(text, environment, diagnostics, (expression, scope, typed, around) => observed.push({ expression, scope, typed, around }));
  return { app: parseApp(text, new Diagnostics(text)), plan, diagnostics, observed };
}
