import type { z } from 'zod';
import { createChannel } from './channel.ts';
import { DomainError } from './errors.ts';
import type { Logger } from './logger.ts';

/** Another process of this control plane, and where it is reached. */
export interface Peer {
  id: string;
  url: string;
}

/** Who else runs. */
export interface Peers {
  now(): readonly Peer[];
  /** Calls `listener` each time that it was looked who runs, until the signal aborts. */
  onLook(listener: () => void, signal: AbortSignal): void;
}

/** How another process is asked. What it refuses is thrown as a DomainError, every other failure as any other error. */
export interface ReplicaCalls {
  ask(peer: Peer, name: string, input: unknown, withinMs: number): Promise<unknown>;
  follow(peer: Peer, name: string, input: unknown, signal: AbortSignal): AsyncIterable<unknown>;
}

/** What one process of the control plane asks the others, because it may be one of them that a node is connected to. */
export interface Question<Input, Answer> {
  /** As the address names it. */
  name: string;
  input: z.ZodType<Input>;
  answer: z.ZodType<Answer>;
  /** A process that takes longer has no answer, milliseconds. Not for what is followed. */
  withinMs: number;
}

/** What a process knows, behind the name of the question. */
export interface Answerer {
  answer?(input: unknown): Promise<unknown>;
  feed?(input: unknown, signal: AbortSignal): AsyncIterable<unknown>;
}

/**
 * What the processes of one control plane ask each other. Who can answer says so at its start; who asks does not know where the
 * answer comes from. Where there is one process, all of it is a call.
 */
export interface Replicas {
  /** This process answers from now on; with null where it has nothing to say. */
  answer<Input, Answer>(question: Question<Input, Answer>, answerer: (input: Input) => Answer | null | Promise<Answer | null>): void;
  /** This process tells whoever follows, from now on. */
  feed<Input, Answer>(question: Question<Input, Answer>, feeder: (input: Input, signal: AbortSignal) => AsyncIterable<Answer>): void;
  /** This process's own answer or, without one, the first of another; null when nobody has any. Throws what was refused. */
  ask<Input, Answer>(question: Question<Input, Answer>, input: Input): Promise<Answer | null>;
  /** The answers of all who have one. */
  askAll<Input, Answer>(question: Question<Input, Answer>, input: Input): Promise<Answer[]>;
  /** What all tell, those too that start later, until the signal aborts. Throws what was refused. */
  follow<Input, Answer>(question: Question<Input, Answer>, input: Input, signal: AbortSignal): AsyncGenerator<Answer, void>;
  /** What this process can be asked by that name. */
  here(name: string): Answerer | undefined;
}

/** Answers that wait for one reader who follows; its sources wait behind them. */
const unreadMax = 16;

export function createReplicas({ peers, calls, logger }: { peers: Peers; calls: ReplicaCalls; logger: Logger }): Replicas {
  const answerers = new Map<string, Answerer>();

  const answerHere = async <Input, Answer>(question: Question<Input, Answer>, input: Input): Promise<Answer | null> =>
    question.answer.nullable().parse((await answerers.get(question.name)?.answer?.(input)) ?? null);

  const askPeer = async <Input, Answer>(peer: Peer, question: Question<Input, Answer>, input: Input): Promise<Answer | null> => {
    try {
      return question.answer.nullable().parse(await calls.ask(peer, question.name, input, question.withinMs));
    } catch (error) {
      // It answered, by refusing. Anything else is a process that goes or is gone, and what it knew with it.
      if (error instanceof DomainError) throw error;
      logger.info({ err: error, replica: peer.id, question: question.name }, 'another replica could not be asked');
      return null;
    }
  };

  return {
    answer: (question, answerer) => {
      answerers.set(question.name, { ...answerers.get(question.name), answer: async (input) => answerer(question.input.parse(input)) });
    },
    feed: (question, feeder) => {
      answerers.set(question.name, { ...answerers.get(question.name), feed: (input, signal) => feeder(question.input.parse(input), signal) });
    },
    ask: async (question, input) => {
      const own = await answerHere(question, input);
      if (own !== null) return own;
      const answers = await Promise.all(peers.now().map((peer) => askPeer(peer, question, input)));
      return answers.find((answer) => answer !== null) ?? null;
    },
    askAll: async (question, input) => {
      const answers = await Promise.all([answerHere(question, input), ...peers.now().map((peer) => askPeer(peer, question, input))]);
      return answers.filter((answer) => answer !== null);
    },
    follow: async function* (question, input, signal) {
      const left = new AbortController();
      const ending = AbortSignal.any([signal, left.signal]);
      const channel = createChannel<unknown>(unreadMax, ending);
      const followed = new Set<string>();
      const lookAround = (): void => {
        for (const peer of peers.now()) {
          if (followed.has(peer.id)) continue;
          followed.add(peer.id);
          channel
            .take(calls.follow(peer, question.name, input, ending))
            .catch((error: unknown) => {
              if (error instanceof DomainError) channel.fail(error);
              else if (!ending.aborted) logger.info({ err: error, replica: peer.id, question: question.name }, 'another replica could not be followed');
            })
            .finally(() => followed.delete(peer.id));
        }
      };
      const own = answerers.get(question.name)?.feed?.(input, ending);
      if (own !== undefined) void channel.take(own).catch((error: unknown) => channel.fail(error));
      lookAround();
      peers.onLook(lookAround, ending);
      try {
        for await (const answer of channel.read()) yield question.answer.parse(answer);
      } finally {
        left.abort();
      }
    },
    here: (name) => answerers.get(name),
  };
}
