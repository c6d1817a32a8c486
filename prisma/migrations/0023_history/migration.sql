-- CreateTable
CREATE TABLE "node_states" (
    "nodeId" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "transaction" BIGINT NOT NULL,
    "ofDay" INTEGER NOT NULL,
    "organizationId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "labels" JSONB NOT NULL,
    "fleetId" TEXT,
    "claimedBy" TEXT[],
    "revokedAt" TIMESTAMPTZ(3),
    "connectedSince" TIMESTAMPTZ(3),
    "disconnectedAt" TIMESTAMPTZ(3),
    "desiredGeneration" BIGINT NOT NULL,
    "desiredBundle" TEXT,
    "desiredAt" TIMESTAMPTZ(3),
    "observedGeneration" BIGINT NOT NULL,
    "reportedBundle" TEXT,
    "health" "node_health" NOT NULL,
    "healthReason" TEXT NOT NULL,
    "healthMessage" TEXT NOT NULL,
    "healthSince" TIMESTAMPTZ(3) NOT NULL,
    "sync" "node_sync" NOT NULL,
    "syncReason" TEXT NOT NULL,
    "syncMessage" TEXT NOT NULL,
    "syncSince" TIMESTAMPTZ(3) NOT NULL,
    "quarantinedAt" TIMESTAMPTZ(3),
    "quarantinedBy" TEXT,
    "quarantinedBecause" TEXT,
    "agentVersion" TEXT NOT NULL,

    CONSTRAINT "node_states_pkey" PRIMARY KEY ("nodeId","at")
);

-- CreateTable
CREATE TABLE "node_reports" (
    "nodeId" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "report" JSONB,
    "reportedAt" TIMESTAMPTZ(3),
    "facts" JSONB NOT NULL,
    "gateway" TEXT,

    CONSTRAINT "node_reports_pkey" PRIMARY KEY ("nodeId","at")
);

-- CreateTable
CREATE TABLE "node_claims" (
    "nodeId" TEXT NOT NULL,
    "fleetId" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "node_claims_pkey" PRIMARY KEY ("nodeId","fleetId","since")
);

-- CreateTable
CREATE TABLE "fleet_states" (
    "fleetId" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "transaction" BIGINT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "removed" BOOLEAN NOT NULL,
    "name" TEXT NOT NULL,
    "selector" TEXT NOT NULL,
    "settings" JSONB NOT NULL,
    "version" INTEGER NOT NULL,
    "bundle" TEXT,
    "deployedAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "fleet_states_pkey" PRIMARY KEY ("fleetId","at")
);

-- CreateTable
CREATE TABLE "history_beginning" (
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "history_beginning_pkey" PRIMARY KEY ("at")
);

-- CreateIndex
CREATE INDEX "node_states_at_idx" ON "node_states"("at");

-- CreateIndex
CREATE INDEX "node_reports_at_idx" ON "node_reports"("at");

-- CreateIndex
CREATE INDEX "node_claims_fleetId_until_idx" ON "node_claims"("fleetId", "until");

-- CreateIndex
CREATE INDEX "node_claims_until_idx" ON "node_claims"("until");

-- CreateIndex
CREATE INDEX "fleet_states_organizationId_fleetId_at_idx" ON "fleet_states"("organizationId", "fleetId", "at");

-- CreateIndex
CREATE INDEX "fleet_states_at_idx" ON "fleet_states"("at");

-- History is read by the moment, so its moments come from one clock, the database's, and never go back for a node. No keys to nodes: what
-- is written is written by the node's own row, and checking that it is there would cost as much again.
ALTER TABLE "fleet_states" ADD FOREIGN KEY ("organizationId") REFERENCES "organizations" ("id") ON DELETE CASCADE;
CREATE UNIQUE INDEX "history_has_one_beginning" ON "history_beginning" ((true));
INSERT INTO "history_beginning" ("at") VALUES (date_trunc('milliseconds', clock_timestamp()));

-- How far the fetching is, is shown while it lasts and kept by nobody: it changes with every megabyte.
CREATE FUNCTION node_report_to_keep(report jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$ SELECT report #- '{activation,bytesDone}' $$;

-- Writes what stands on a node now. After the most changes of a day (5,000) the last one of it is written over.
CREATE FUNCTION nodes_keep_state() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  latest record;
  moment timestamptz(3) := date_trunc('milliseconds', clock_timestamp());
  of_day int := 1;
  current_transaction bigint := pg_current_xact_id()::text::bigint;
BEGIN
  SELECT s."at", s."transaction", s."ofDay" INTO latest FROM "node_states" s WHERE s."nodeId" = NEW."id" ORDER BY s."at" DESC LIMIT 1;
  IF FOUND THEN
    moment := greatest(moment, latest."at" + interval '1 millisecond');
    IF date_trunc('day', moment, 'UTC') = date_trunc('day', latest."at", 'UTC') THEN of_day := latest."ofDay" + 1; END IF;
    IF (latest."transaction" = current_transaction AND latest."at" >= date_trunc('milliseconds', transaction_timestamp())) OR of_day > 5000 THEN
      moment := latest."at";
      of_day := latest."ofDay";
      DELETE FROM "node_states" s WHERE s."nodeId" = NEW."id" AND s."at" = moment;
    END IF;
  END IF;
  INSERT INTO "node_states" ("nodeId", "at", "transaction", "ofDay", "organizationId", "name", "labels", "fleetId", "claimedBy", "revokedAt", "connectedSince", "disconnectedAt",
    "desiredGeneration", "desiredBundle", "desiredAt", "observedGeneration", "reportedBundle", "health", "healthReason", "healthMessage", "healthSince",
    "sync", "syncReason", "syncMessage", "syncSince", "quarantinedAt", "quarantinedBy", "quarantinedBecause", "agentVersion")
  VALUES (NEW."id", moment, current_transaction, of_day, NEW."organizationId", NEW."name", NEW."labels", NEW."fleetId", NEW."claimedBy", NEW."revokedAt", NEW."connectedSince", NEW."disconnectedAt",
    NEW."desiredGeneration", NEW."desiredBundle", NEW."desiredAt", NEW."observedGeneration", NEW."reportedBundle", NEW."health", NEW."healthReason", NEW."healthMessage", NEW."healthSince",
    NEW."sync", NEW."syncReason", NEW."syncMessage", NEW."syncSince", NEW."quarantinedAt", NEW."quarantinedBy", NEW."quarantinedBecause", NEW."agentVersion");
  IF TG_OP = 'INSERT' OR (node_report_to_keep(OLD."report"), OLD."facts", OLD."gateway") IS DISTINCT FROM (node_report_to_keep(NEW."report"), NEW."facts", NEW."gateway") THEN
    INSERT INTO "node_reports" ("nodeId", "at", "report", "reportedAt", "facts", "gateway") VALUES (NEW."id", moment, NEW."report", NEW."reportedAt", NEW."facts", NEW."gateway")
    ON CONFLICT ("nodeId", "at") DO UPDATE SET "report" = EXCLUDED."report", "reportedAt" = EXCLUDED."reportedAt", "facts" = EXCLUDED."facts", "gateway" = EXCLUDED."gateway";
  END IF;
  IF TG_OP = 'INSERT' OR OLD."claimedBy" IS DISTINCT FROM NEW."claimedBy" THEN
    IF TG_OP = 'UPDATE' AND cardinality(OLD."claimedBy") > 0 THEN
      DELETE FROM "node_claims" c WHERE c."nodeId" = NEW."id" AND c."since" = moment AND c."fleetId" <> ALL (NEW."claimedBy");
      UPDATE "node_claims" c SET "until" = moment WHERE c."nodeId" = NEW."id" AND c."until" = 'infinity' AND c."fleetId" <> ALL (NEW."claimedBy");
    END IF;
    INSERT INTO "node_claims" ("nodeId", "fleetId", "since", "until")
    SELECT NEW."id", claim.fleet, moment, 'infinity' FROM unnest(NEW."claimedBy") AS claim(fleet)
    WHERE NOT EXISTS (SELECT FROM "node_claims" c WHERE c."nodeId" = NEW."id" AND c."fleetId" = claim.fleet AND c."until" = 'infinity')
    ON CONFLICT ("nodeId", "fleetId", "since") DO UPDATE SET "until" = 'infinity';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER nodes_keep_first_state AFTER INSERT ON "nodes" FOR EACH ROW EXECUTE FUNCTION nodes_keep_state();
-- What heartbeats, records and counts of failures write is no change.
CREATE TRIGGER nodes_keep_state AFTER UPDATE ON "nodes" FOR EACH ROW WHEN (
  (OLD."name", OLD."labels", OLD."fleetId", OLD."claimedBy", OLD."revokedAt", OLD."connectedSince", OLD."disconnectedAt", OLD."desiredGeneration", OLD."desiredBundle", OLD."observedGeneration", OLD."reportedBundle",
   OLD."health", OLD."healthReason", OLD."healthMessage", OLD."healthSince", OLD."sync", OLD."syncReason", OLD."syncMessage", OLD."syncSince", OLD."quarantinedAt", OLD."agentVersion", OLD."facts", OLD."gateway", node_report_to_keep(OLD."report"))
  IS DISTINCT FROM
  (NEW."name", NEW."labels", NEW."fleetId", NEW."claimedBy", NEW."revokedAt", NEW."connectedSince", NEW."disconnectedAt", NEW."desiredGeneration", NEW."desiredBundle", NEW."observedGeneration", NEW."reportedBundle",
   NEW."health", NEW."healthReason", NEW."healthMessage", NEW."healthSince", NEW."sync", NEW."syncReason", NEW."syncMessage", NEW."syncSince", NEW."quarantinedAt", NEW."agentVersion", NEW."facts", NEW."gateway", node_report_to_keep(NEW."report")))
  EXECUTE FUNCTION nodes_keep_state();

CREATE FUNCTION fleets_keep_state() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  fleet "fleets"%ROWTYPE;
  latest record;
  moment timestamptz(3) := date_trunc('milliseconds', clock_timestamp());
  current_transaction bigint := pg_current_xact_id()::text::bigint;
BEGIN
  IF TG_OP = 'DELETE' THEN fleet := OLD; ELSE fleet := NEW; END IF;
  SELECT s."at", s."transaction" INTO latest FROM "fleet_states" s WHERE s."fleetId" = fleet."id" ORDER BY s."at" DESC LIMIT 1;
  IF FOUND THEN
    moment := greatest(moment, latest."at" + interval '1 millisecond');
    IF latest."transaction" = current_transaction AND latest."at" >= date_trunc('milliseconds', transaction_timestamp()) THEN
      moment := latest."at";
      DELETE FROM "fleet_states" s WHERE s."fleetId" = fleet."id" AND s."at" = moment;
    END IF;
  END IF;
  INSERT INTO "fleet_states" ("fleetId", "at", "transaction", "organizationId", "removed", "name", "selector", "settings", "version", "bundle", "deployedAt", "createdAt")
  VALUES (fleet."id", moment, current_transaction, fleet."organizationId", TG_OP = 'DELETE', fleet."name", fleet."selector", fleet."settings", fleet."version", fleet."bundle", fleet."deployedAt", fleet."createdAt");
  RETURN NULL;
END $$;

CREATE TRIGGER fleets_keep_state AFTER INSERT OR UPDATE OR DELETE ON "fleets" FOR EACH ROW EXECUTE FUNCTION fleets_keep_state();

-- What stands now is where history begins.
INSERT INTO "node_states" ("nodeId", "at", "transaction", "ofDay", "organizationId", "name", "labels", "fleetId", "claimedBy", "revokedAt", "connectedSince", "disconnectedAt",
  "desiredGeneration", "desiredBundle", "desiredAt", "observedGeneration", "reportedBundle", "health", "healthReason", "healthMessage", "healthSince",
  "sync", "syncReason", "syncMessage", "syncSince", "quarantinedAt", "quarantinedBy", "quarantinedBecause", "agentVersion")
SELECT "id", (SELECT "at" FROM "history_beginning"), 0, 1, "organizationId", "name", "labels", "fleetId", "claimedBy", "revokedAt", "connectedSince", "disconnectedAt",
  "desiredGeneration", "desiredBundle", "desiredAt", "observedGeneration", "reportedBundle", "health", "healthReason", "healthMessage", "healthSince",
  "sync", "syncReason", "syncMessage", "syncSince", "quarantinedAt", "quarantinedBy", "quarantinedBecause", "agentVersion" FROM "nodes";
INSERT INTO "node_reports" ("nodeId", "at", "report", "reportedAt", "facts", "gateway")
SELECT "id", (SELECT "at" FROM "history_beginning"), "report", "reportedAt", "facts", "gateway" FROM "nodes";
INSERT INTO "node_claims" ("nodeId", "fleetId", "since", "until")
SELECT "id", claim.fleet, (SELECT "at" FROM "history_beginning"), 'infinity' FROM "nodes" CROSS JOIN LATERAL unnest("claimedBy") AS claim(fleet);
INSERT INTO "fleet_states" ("fleetId", "at", "transaction", "organizationId", "removed", "name", "selector", "settings", "version", "bundle", "deployedAt", "createdAt")
SELECT "id", (SELECT "at" FROM "history_beginning"), 0, "organizationId", false, "name", "selector", "settings", "version", "bundle", "deployedAt", "createdAt" FROM "fleets";
