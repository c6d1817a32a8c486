import type { ModelAnswer } from '../../cep/index.ts';
import type { ModelPool } from '../../infer/model-pool.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { NumberedCall, RuleRunner } from './rule-runner.ts';

/** A prediction that came, for the step that will give it to its rule. */
export interface Completion {
  runner: RuleRunner;
  ordinal: number;
  answer: ModelAnswer;
  /** When the oldest of its events reached the agent, when the model was asked and when it answered. */
  arrivedAtUs: number;
  askedAtUs: number;
  answeredAtUs: number;
  rows: number;
}

/** Predictions under way and those that came, in the order they came. */
export class PredictionDesk {
  readonly #pool: ModelPool;
  readonly #clock: Clock;
  readonly #onAnswer: () => void;
  #answered: Completion[] = [];
  #underWay = 0;

  constructor(pool: ModelPool, clock: Clock, onAnswer: () => void) {
    this.#pool = pool;
    this.#clock = clock;
    this.#onAnswer = onAnswer;
  }

  /** Nothing is under way and nothing waits to be taken. */
  get isQuiet(): boolean {
    return this.#underWay === 0 && this.#answered.length === 0;
  }

  /** Asks the model; never rejects. */
  async predict(runner: RuleRunner, call: NumberedCall): Promise<ModelAnswer> {
    const prediction = await this.#pool.predict(runner.plan.models.get(call.model)?.key ?? call.model, call.inputs, call.count);
    return 'error' in prediction ? { error: prediction.error } : { outputs: prediction.outputs };
  }

  ask(runner: RuleRunner, call: NumberedCall, arrivedAtUs: number): void {
    const askedAtUs = this.#clock.microseconds();
    this.#expect(this.predict(runner, call), (answer, answeredAtUs) => ({ runner, ordinal: call.ordinal, answer, arrivedAtUs, askedAtUs, answeredAtUs, rows: call.count }));
  }

  /** A call that was made during a replay and whose answer comes like any other. */
  adopt(runner: RuleRunner, ordinal: number, answer: Promise<ModelAnswer>): void {
    this.#expect(answer, (value, answeredAtUs) => ({ runner, ordinal, answer: value, arrivedAtUs: answeredAtUs, askedAtUs: answeredAtUs, answeredAtUs, rows: 0 }));
  }

  take(): Completion[] {
    const taken = this.#answered;
    if (taken.length > 0) this.#answered = [];
    return taken;
  }

  #expect(answer: Promise<ModelAnswer>, completion: (answer: ModelAnswer, answeredAtUs: number) => Completion): void {
    this.#underWay += 1;
    void answer.then((value) => {
      this.#underWay -= 1;
      this.#answered.push(completion(value, this.#clock.microseconds()));
      this.#onAnswer();
    });
  }
}
