import { setTimeout as pace } from 'node:timers/promises';
import { type Admin, Kafka, KafkaJSError, logLevel } from 'kafkajs';

const WAIT_MS = 60_000;
const PACE_MS = 20;

/**
 * Makes a topic and returns when every partition of it answers for its offsets. That is asked of the leader itself: the
 * broker knows a topic's leaders a moment before it serves them, and before that it says that there is no such topic,
 * which is where the client's own `waitForLeaders` gives up.
 */
export async function makeTopic(brokers: readonly string[], topic: string, partitions = 1): Promise<void> {
  const admin = new Kafka({ clientId: 'selvedge-tests', brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    await admin.createTopics({ topics: [{ topic, numPartitions: partitions }], waitForLeaders: false });
    await untilServed(admin, topic, partitions);
  } finally {
    await admin.disconnect();
  }
}

async function untilServed(admin: Admin, topic: string, partitions: number): Promise<void> {
  const givenUpAt = Date.now() + WAIT_MS;
  for (;;) {
    try {
      if ((await admin.fetchTopicOffsets(topic)).length === partitions) return;
    } catch (error) {
      if (!(error instanceof KafkaJSError) || Date.now() > givenUpAt) throw error;
    }
    await pace(PACE_MS);
  }
}
