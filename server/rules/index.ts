export { analysisWith, referencesIn } from './check.ts';
export { readRuleTexts } from './reads.ts';
export type { RuleText } from './reads.ts';
