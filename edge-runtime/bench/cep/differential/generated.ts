import type { Step } from '../answer-case.ts';

export interface Generated {
  app: string;
  steps: Step[];
}
