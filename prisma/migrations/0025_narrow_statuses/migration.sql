-- DropIndex
DROP INDEX "nodes_organizationId_health_idx";

-- DropIndex
DROP INDEX "nodes_organizationId_sync_idx";

-- CreateTable
CREATE TABLE "node_statuses" (
    "nodeId" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "fleetId" TEXT,
    "health" "node_health" NOT NULL,
    "sync" "node_sync" NOT NULL,
    "quarantinedAt" TIMESTAMPTZ(3),
    "revokedAt" TIMESTAMPTZ(3),

    CONSTRAINT "node_statuses_pkey" PRIMARY KEY ("nodeId")
);

-- CreateIndex
CREATE INDEX "node_statuses_organizationId_fleetId_sync_health_idx" ON "node_statuses"("organizationId", "fleetId", "sync", "health");

-- CreateIndex
CREATE INDEX "node_statuses_organizationId_health_idx" ON "node_statuses"("organizationId", "health");

-- CreateIndex
CREATE INDEX "node_statuses_organizationId_sync_idx" ON "node_statuses"("organizationId", "sync");

-- Reports rewrite the same rows for ever, in a rollout three times within seconds. Room on the page keeps those updates off the ten indexes, as long
-- as none of these has a column that a report changes. So what nodes are found and counted by stands in a narrow row beside, written with theirs.
ALTER TABLE "nodes" SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE "node_statuses" SET (autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE "node_statuses" ADD FOREIGN KEY ("nodeId") REFERENCES "nodes" ("id") ON DELETE CASCADE;
CREATE FUNCTION nodes_keep_statuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "node_statuses" ("nodeId", "organizationId", "fleetId", "health", "sync", "quarantinedAt", "revokedAt")
    VALUES (NEW."id", NEW."organizationId", NEW."fleetId", NEW."health", NEW."sync", NEW."quarantinedAt", NEW."revokedAt");
  ELSE
    UPDATE "node_statuses" SET "fleetId" = NEW."fleetId", "health" = NEW."health", "sync" = NEW."sync", "quarantinedAt" = NEW."quarantinedAt", "revokedAt" = NEW."revokedAt"
    WHERE "nodeId" = NEW."id";
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER nodes_keep_first_statuses AFTER INSERT ON "nodes" FOR EACH ROW EXECUTE FUNCTION nodes_keep_statuses();
CREATE TRIGGER nodes_keep_statuses AFTER UPDATE ON "nodes" FOR EACH ROW WHEN (
  (OLD."fleetId", OLD."health", OLD."sync", OLD."quarantinedAt", OLD."revokedAt") IS DISTINCT FROM (NEW."fleetId", NEW."health", NEW."sync", NEW."quarantinedAt", NEW."revokedAt"))
  EXECUTE FUNCTION nodes_keep_statuses();

-- Nobody writes to nodes meanwhile: the first statement of this script holds them until it ends.
INSERT INTO "node_statuses" ("nodeId", "organizationId", "fleetId", "health", "sync", "quarantinedAt", "revokedAt")
SELECT "id", "organizationId", "fleetId", "health", "sync", "quarantinedAt", "revokedAt" FROM "nodes";

-- Who is connected has a heartbeat, by which it is found when it falls silent.
INSERT INTO "node_heartbeats" ("nodeId", "lastSeenAt") SELECT "id", "connectedSince" FROM "nodes" WHERE "connectedSince" IS NOT NULL ON CONFLICT DO NOTHING;
