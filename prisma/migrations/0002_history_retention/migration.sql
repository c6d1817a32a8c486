-- CreateIndex
CREATE INDEX "detections_receivedAt_idx" ON "detections"("receivedAt");

-- CreateIndex
CREATE INDEX "node_events_at_idx" ON "node_events"("at");
