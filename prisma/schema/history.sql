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
