-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "audit_outcome" AS ENUM ('done', 'refused');

-- CreateEnum
CREATE TYPE "signing_key_state" AS ENUM ('Active', 'Retired');

-- CreateEnum
CREATE TYPE "deployment_state" AS ENUM ('Progressing', 'Paused', 'Suspended', 'RollingBack', 'RolledBack', 'Succeeded', 'Cancelled', 'Superseded');

-- CreateEnum
CREATE TYPE "deployment_node_state" AS ENUM ('ToCome', 'Requested', 'Applying', 'Running', 'Failed', 'Offline', 'Skipped');

-- CreateEnum
CREATE TYPE "deployment_after_failure" AS ENUM ('undecided', 'retry', 'goOn');

-- CreateEnum
CREATE TYPE "detection_severity" AS ENUM ('info', 'warning', 'critical');

-- CreateEnum
CREATE TYPE "enrollment_state" AS ENUM ('Pending', 'Approved', 'Denied');

-- CreateEnum
CREATE TYPE "role" AS ENUM ('administrator', 'operator', 'author', 'viewer');

-- CreateEnum
CREATE TYPE "node_health" AS ENUM ('Healthy', 'Degraded', 'Offline', 'NeverSeen');

-- CreateEnum
CREATE TYPE "node_sync" AS ENUM ('Synced', 'OutOfSync', 'Applying', 'Drifted', 'Failed', 'Unknown');

-- CreateEnum
CREATE TYPE "telemetry_scope" AS ENUM ('all', 'fleet', 'node');

-- CreateTable
CREATE TABLE "artefacts" (
    "organizationId" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "artefacts_pkey" PRIMARY KEY ("organizationId","digest")
);

-- CreateTable
CREATE TABLE "uploads" (
    "id" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "fileName" TEXT,
    "bytes" BIGINT NOT NULL,
    "received" BIGINT NOT NULL DEFAULT 0,
    "sha256" TEXT,
    "digest" TEXT,
    "createdBy" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "uploads_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_heads" (
    "organizationId" TEXT NOT NULL,
    "sequence" BIGINT NOT NULL DEFAULT 0,
    "hash" TEXT NOT NULL,

    CONSTRAINT "audit_heads_pkey" PRIMARY KEY ("organizationId")
);

-- CreateTable
CREATE TABLE "audit_entries" (
    "id" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "sequence" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actorKind" TEXT NOT NULL,
    "actorId" TEXT NOT NULL,
    "actorName" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "objectKind" TEXT NOT NULL,
    "objectId" TEXT NOT NULL,
    "objectName" TEXT NOT NULL,
    "outcome" "audit_outcome" NOT NULL,
    "reason" TEXT,
    "before" JSONB,
    "after" JSONB,
    "requestId" TEXT NOT NULL,
    "previousHash" TEXT NOT NULL,
    "hash" TEXT NOT NULL,

    CONSTRAINT "audit_entries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "bundles" (
    "organizationId" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "manifest" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "createdBy" TEXT NOT NULL,

    CONSTRAINT "bundles_pkey" PRIMARY KEY ("organizationId","digest")
);

-- CreateTable
CREATE TABLE "signing_keys" (
    "id" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "publicKey" TEXT NOT NULL,
    "sealedKey" BYTEA NOT NULL,
    "state" "signing_key_state" NOT NULL DEFAULT 'Active',
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "retiredAt" TIMESTAMPTZ(3),

    CONSTRAINT "signing_keys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "assignments" (
    "nodeId" TEXT NOT NULL,
    "generation" BIGINT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "fleetId" TEXT NOT NULL,
    "deploymentId" TEXT,
    "bundle" TEXT NOT NULL,
    "issuedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "assignments_pkey" PRIMARY KEY ("nodeId","generation")
);

-- CreateTable
CREATE TABLE "deployment_plans" (
    "organizationId" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "fleetId" TEXT NOT NULL,
    "input" JSONB NOT NULL,
    "plan" JSONB NOT NULL,
    "nodes" JSONB NOT NULL,
    "madeAt" TIMESTAMPTZ(3) NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "deployment_plans_pkey" PRIMARY KEY ("organizationId","hash")
);

-- CreateTable
CREATE TABLE "deployments" (
    "id" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "fleetId" TEXT NOT NULL,
    "fleetName" TEXT NOT NULL,
    "state" "deployment_state" NOT NULL,
    "note" TEXT NOT NULL,
    "bundle" TEXT NOT NULL,
    "previousBundle" TEXT,
    "planHash" TEXT NOT NULL,
    "plan" JSONB NOT NULL,
    "policy" JSONB NOT NULL,
    "wave" INTEGER NOT NULL DEFAULT 0,
    "createdBy" TEXT NOT NULL,
    "startedAt" TIMESTAMPTZ(3) NOT NULL,
    "finishedAt" TIMESTAMPTZ(3),
    "wakeAt" TIMESTAMPTZ(3),

    CONSTRAINT "deployments_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "deployment_waves" (
    "deploymentId" TEXT NOT NULL,
    "index" INTEGER NOT NULL,
    "startedAt" TIMESTAMPTZ(3),
    "bakingSince" TIMESTAMPTZ(3),
    "passedAt" TIMESTAMPTZ(3),

    CONSTRAINT "deployment_waves_pkey" PRIMARY KEY ("deploymentId","index")
);

-- CreateTable
CREATE TABLE "deployment_nodes" (
    "deploymentId" TEXT NOT NULL,
    "nodeId" TEXT NOT NULL,
    "nodeName" TEXT NOT NULL,
    "wave" INTEGER NOT NULL,
    "state" "deployment_node_state" NOT NULL DEFAULT 'ToCome',
    "since" TIMESTAMPTZ(3) NOT NULL,
    "message" TEXT NOT NULL DEFAULT '',
    "generation" BIGINT,
    "told" TEXT,
    "requestedAt" TIMESTAMPTZ(3),
    "afterFailure" "deployment_after_failure" NOT NULL DEFAULT 'undecided',

    CONSTRAINT "deployment_nodes_pkey" PRIMARY KEY ("deploymentId","nodeId")
);

-- CreateTable
CREATE TABLE "deployment_decisions" (
    "id" TEXT NOT NULL,
    "deploymentId" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "tone" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "by" TEXT NOT NULL,
    "evidence" JSONB NOT NULL,

    CONSTRAINT "deployment_decisions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "detections" (
    "id" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "nodeId" TEXT NOT NULL,
    "fleetId" TEXT,
    "sequence" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "receivedAt" TIMESTAMPTZ(3) NOT NULL,
    "rule" TEXT NOT NULL,
    "ruleVersion" INTEGER NOT NULL,
    "stream" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "severity" "detection_severity" NOT NULL,
    "bundle" TEXT NOT NULL,
    "generation" BIGINT NOT NULL,
    "models" JSONB NOT NULL,
    "data" JSONB NOT NULL,
    "causes" JSONB NOT NULL,
    "actions" JSONB NOT NULL,
    "latencyUs" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "detections_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "enrollment_requests" (
    "id" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "publicKey" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "agentVersion" TEXT NOT NULL,
    "facts" JSONB NOT NULL,
    "labels" JSONB NOT NULL,
    "gateway" TEXT,
    "state" "enrollment_state" NOT NULL DEFAULT 'Pending',
    "requestedAt" TIMESTAMPTZ(3) NOT NULL,
    "decidedAt" TIMESTAMPTZ(3),
    "decidedBy" TEXT,
    "reason" TEXT,
    "nodeId" TEXT,

    CONSTRAINT "enrollment_requests_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "enrollment_tokens" (
    "id" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "label" TEXT NOT NULL,
    "labels" JSONB NOT NULL DEFAULT '{}',
    "tokenDigest" TEXT NOT NULL,
    "uses" INTEGER NOT NULL,
    "usesLeft" INTEGER NOT NULL,
    "createdBy" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "revokedAt" TIMESTAMPTZ(3),

    CONSTRAINT "enrollment_tokens_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "fleets" (
    "id" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "selector" TEXT NOT NULL,
    "settings" JSONB NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "bundle" TEXT,
    "deployedAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "fleets_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "organizations" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "organizations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "users" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "emailVerified" BOOLEAN NOT NULL DEFAULT false,
    "image" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sessions" (
    "id" TEXT NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "token" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,
    "ipAddress" TEXT,
    "userAgent" TEXT,
    "userId" TEXT NOT NULL,

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "accounts" (
    "id" TEXT NOT NULL,
    "accountId" TEXT NOT NULL,
    "providerId" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "accessToken" TEXT,
    "refreshToken" TEXT,
    "idToken" TEXT,
    "accessTokenExpiresAt" TIMESTAMPTZ(3),
    "refreshTokenExpiresAt" TIMESTAMPTZ(3),
    "scope" TEXT,
    "password" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "accounts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "verifications" (
    "id" TEXT NOT NULL,
    "identifier" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "verifications_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "rate_limits" (
    "id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "count" INTEGER NOT NULL,
    "lastRequest" BIGINT NOT NULL,

    CONSTRAINT "rate_limits_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "members" (
    "id" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "role" "role" NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "members_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "invitations" (
    "id" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "role" "role" NOT NULL,
    "tokenDigest" TEXT NOT NULL,
    "createdBy" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "usedAt" TIMESTAMPTZ(3),
    "revokedAt" TIMESTAMPTZ(3),

    CONSTRAINT "invitations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sign_in_links" (
    "id" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "tokenDigest" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "usedAt" TIMESTAMPTZ(3),

    CONSTRAINT "sign_in_links_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_tokens" (
    "id" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "tokenDigest" TEXT NOT NULL,
    "scopes" TEXT[],
    "createdBy" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "lastUsedAt" TIMESTAMPTZ(3),
    "revokedAt" TIMESTAMPTZ(3),

    CONSTRAINT "api_tokens_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "models" (
    "id" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "latestVersion" INTEGER NOT NULL DEFAULT 0,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "publishedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "models_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "model_versions" (
    "modelId" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "organizationId" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "signature" JSONB NOT NULL,
    "opset" INTEGER,
    "producer" TEXT,
    "selfTestMs" DOUBLE PRECISION NOT NULL,
    "warnings" TEXT[],
    "note" TEXT NOT NULL,
    "publishedBy" TEXT NOT NULL,
    "publishedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "model_versions_pkey" PRIMARY KEY ("modelId","version")
);

-- CreateTable
CREATE TABLE "model_aliases" (
    "modelId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "model_aliases_pkey" PRIMARY KEY ("modelId","name")
);

-- CreateTable
CREATE TABLE "model_alias_moves" (
    "id" TEXT NOT NULL,
    "modelId" TEXT NOT NULL,
    "alias" TEXT NOT NULL,
    "version" INTEGER,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "by" TEXT NOT NULL,

    CONSTRAINT "model_alias_moves_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "nodes" (
    "id" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "publicKey" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "labels" JSONB NOT NULL DEFAULT '{}',
    "facts" JSONB NOT NULL,
    "agentVersion" TEXT NOT NULL,
    "gateway" TEXT,
    "enrolledAt" TIMESTAMPTZ(3) NOT NULL,
    "revokedAt" TIMESTAMPTZ(3),
    "revokedReason" TEXT,
    "fleetId" TEXT,
    "claimedBy" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "instance" TEXT,
    "connectedSince" TIMESTAMPTZ(3),
    "disconnectedAt" TIMESTAMPTZ(3),
    "desiredGeneration" BIGINT NOT NULL DEFAULT 0,
    "desiredBundle" TEXT,
    "desiredAt" TIMESTAMPTZ(3),
    "observedGeneration" BIGINT NOT NULL DEFAULT 0,
    "reportedBundle" TEXT,
    "reportedAt" TIMESTAMPTZ(3),
    "report" JSONB,
    "health" "node_health" NOT NULL DEFAULT 'NeverSeen',
    "healthReason" TEXT NOT NULL DEFAULT 'NeverConnected',
    "healthMessage" TEXT NOT NULL DEFAULT '',
    "healthSince" TIMESTAMPTZ(3) NOT NULL,
    "sync" "node_sync" NOT NULL DEFAULT 'Unknown',
    "syncReason" TEXT NOT NULL DEFAULT 'NeverReported',
    "syncMessage" TEXT NOT NULL DEFAULT '',
    "syncSince" TIMESTAMPTZ(3) NOT NULL,
    "recordsThrough" BIGINT NOT NULL DEFAULT 0,
    "recordsLost" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "nodes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "node_heartbeats" (
    "nodeId" TEXT NOT NULL,
    "lastSeenAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "node_heartbeats_pkey" PRIMARY KEY ("nodeId")
);

-- CreateTable
CREATE TABLE "node_events" (
    "id" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "nodeId" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "tone" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "actorName" TEXT,
    "sequence" BIGINT,

    CONSTRAINT "node_events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "outbox_events" (
    "id" BIGSERIAL NOT NULL,
    "transactionId" BIGINT NOT NULL DEFAULT (pg_current_xact_id()::text)::bigint,
    "organizationId" TEXT NOT NULL,
    "topic" TEXT NOT NULL,
    "subjectId" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "payload" JSONB NOT NULL DEFAULT '{}',
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "outbox_events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "rules" (
    "id" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "latestVersion" INTEGER NOT NULL DEFAULT 0,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "publishedAt" TIMESTAMPTZ(3),

    CONSTRAINT "rules_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "rule_drafts" (
    "ruleId" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "basedOn" INTEGER,
    "revision" INTEGER NOT NULL DEFAULT 1,
    "savedAt" TIMESTAMPTZ(3) NOT NULL,
    "savedBy" TEXT NOT NULL,

    CONSTRAINT "rule_drafts_pkey" PRIMARY KEY ("ruleId")
);

-- CreateTable
CREATE TABLE "rule_versions" (
    "ruleId" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "organizationId" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "bytes" INTEGER NOT NULL,
    "analysis" JSONB NOT NULL,
    "models" TEXT[],
    "streams" INTEGER NOT NULL,
    "sources" TEXT[],
    "note" TEXT NOT NULL,
    "publishedBy" TEXT NOT NULL,
    "publishedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "rule_versions_pkey" PRIMARY KEY ("ruleId","version")
);

-- CreateTable
CREATE TABLE "telemetry_buckets" (
    "organizationId" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "kind" "telemetry_scope" NOT NULL,
    "stepSeconds" SMALLINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "events" BIGINT NOT NULL DEFAULT 0,
    "predictions" BIGINT NOT NULL DEFAULT 0,
    "detections" BIGINT NOT NULL DEFAULT 0,
    "actions" BIGINT NOT NULL DEFAULT 0,
    "refused" BIGINT NOT NULL DEFAULT 0,
    "deadLetters" BIGINT NOT NULL DEFAULT 0,
    "lag" BIGINT,
    "buffered" BIGINT NOT NULL DEFAULT 0,
    "oldestAt" TIMESTAMPTZ(3),
    "latency" BYTEA NOT NULL,

    CONSTRAINT "telemetry_buckets_pkey" PRIMARY KEY ("scope","stepSeconds","at")
);

-- CreateIndex
CREATE INDEX "uploads_expiresAt_idx" ON "uploads"("expiresAt");

-- CreateIndex
CREATE INDEX "uploads_organizationId_idx" ON "uploads"("organizationId");

-- CreateIndex
CREATE INDEX "audit_entries_organizationId_at_idx" ON "audit_entries"("organizationId", "at");

-- CreateIndex
CREATE INDEX "audit_entries_organizationId_objectKind_objectId_sequence_idx" ON "audit_entries"("organizationId", "objectKind", "objectId", "sequence");

-- CreateIndex
CREATE UNIQUE INDEX "audit_entries_organizationId_sequence_key" ON "audit_entries"("organizationId", "sequence");

-- CreateIndex
CREATE INDEX "signing_keys_organizationId_state_idx" ON "signing_keys"("organizationId", "state");

-- CreateIndex
CREATE INDEX "assignments_organizationId_bundle_idx" ON "assignments"("organizationId", "bundle");

-- CreateIndex
CREATE INDEX "deployment_plans_expiresAt_idx" ON "deployment_plans"("expiresAt");

-- CreateIndex
CREATE INDEX "deployments_organizationId_id_idx" ON "deployments"("organizationId", "id");

-- CreateIndex
CREATE INDEX "deployments_organizationId_fleetId_id_idx" ON "deployments"("organizationId", "fleetId", "id");

-- CreateIndex
CREATE INDEX "deployments_state_wakeAt_idx" ON "deployments"("state", "wakeAt");

-- CreateIndex
CREATE INDEX "deployment_nodes_deploymentId_state_wave_idx" ON "deployment_nodes"("deploymentId", "state", "wave");

-- CreateIndex
CREATE INDEX "deployment_nodes_deploymentId_wave_nodeName_idx" ON "deployment_nodes"("deploymentId", "wave", "nodeName");

-- CreateIndex
CREATE INDEX "deployment_nodes_nodeId_idx" ON "deployment_nodes"("nodeId");

-- CreateIndex
CREATE INDEX "deployment_decisions_deploymentId_id_idx" ON "deployment_decisions"("deploymentId", "id");

-- CreateIndex
CREATE INDEX "detections_organizationId_at_id_idx" ON "detections"("organizationId", "at", "id");

-- CreateIndex
CREATE INDEX "detections_organizationId_rule_at_idx" ON "detections"("organizationId", "rule", "at");

-- CreateIndex
CREATE INDEX "detections_nodeId_at_idx" ON "detections"("nodeId", "at");

-- CreateIndex
CREATE UNIQUE INDEX "detections_nodeId_sequence_key" ON "detections"("nodeId", "sequence");

-- CreateIndex
CREATE UNIQUE INDEX "enrollment_requests_publicKey_key" ON "enrollment_requests"("publicKey");

-- CreateIndex
CREATE UNIQUE INDEX "enrollment_requests_nodeId_key" ON "enrollment_requests"("nodeId");

-- CreateIndex
CREATE INDEX "enrollment_requests_organizationId_state_requestedAt_idx" ON "enrollment_requests"("organizationId", "state", "requestedAt");

-- CreateIndex
CREATE UNIQUE INDEX "enrollment_tokens_tokenDigest_key" ON "enrollment_tokens"("tokenDigest");

-- CreateIndex
CREATE INDEX "enrollment_tokens_organizationId_createdAt_idx" ON "enrollment_tokens"("organizationId", "createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "fleets_organizationId_name_key" ON "fleets"("organizationId", "name");

-- CreateIndex
CREATE UNIQUE INDEX "users_email_key" ON "users"("email");

-- CreateIndex
CREATE UNIQUE INDEX "sessions_token_key" ON "sessions"("token");

-- CreateIndex
CREATE INDEX "sessions_userId_idx" ON "sessions"("userId");

-- CreateIndex
CREATE INDEX "accounts_userId_idx" ON "accounts"("userId");

-- CreateIndex
CREATE INDEX "verifications_identifier_idx" ON "verifications"("identifier");

-- CreateIndex
CREATE UNIQUE INDEX "rate_limits_key_key" ON "rate_limits"("key");

-- CreateIndex
CREATE INDEX "members_userId_idx" ON "members"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "members_organizationId_userId_key" ON "members"("organizationId", "userId");

-- CreateIndex
CREATE UNIQUE INDEX "invitations_tokenDigest_key" ON "invitations"("tokenDigest");

-- CreateIndex
CREATE INDEX "invitations_organizationId_createdAt_idx" ON "invitations"("organizationId", "createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "sign_in_links_tokenDigest_key" ON "sign_in_links"("tokenDigest");

-- CreateIndex
CREATE UNIQUE INDEX "api_tokens_tokenDigest_key" ON "api_tokens"("tokenDigest");

-- CreateIndex
CREATE INDEX "api_tokens_organizationId_createdAt_idx" ON "api_tokens"("organizationId", "createdAt");

-- CreateIndex
CREATE INDEX "models_organizationId_publishedAt_idx" ON "models"("organizationId", "publishedAt");

-- CreateIndex
CREATE UNIQUE INDEX "models_organizationId_name_key" ON "models"("organizationId", "name");

-- CreateIndex
CREATE INDEX "model_versions_organizationId_digest_idx" ON "model_versions"("organizationId", "digest");

-- CreateIndex
CREATE INDEX "model_alias_moves_modelId_alias_id_idx" ON "model_alias_moves"("modelId", "alias", "id");

-- CreateIndex
CREATE UNIQUE INDEX "nodes_publicKey_key" ON "nodes"("publicKey");

-- CreateIndex
CREATE INDEX "nodes_organizationId_name_idx" ON "nodes"("organizationId", "name");

-- CreateIndex
CREATE INDEX "nodes_organizationId_fleetId_name_idx" ON "nodes"("organizationId", "fleetId", "name");

-- CreateIndex
CREATE INDEX "nodes_organizationId_health_idx" ON "nodes"("organizationId", "health");

-- CreateIndex
CREATE INDEX "nodes_organizationId_sync_idx" ON "nodes"("organizationId", "sync");

-- CreateIndex
CREATE INDEX "nodes_labels_idx" ON "nodes" USING GIN ("labels");

-- CreateIndex
CREATE INDEX "nodes_claimedBy_idx" ON "nodes" USING GIN ("claimedBy");

-- CreateIndex
CREATE INDEX "node_events_nodeId_at_id_idx" ON "node_events"("nodeId", "at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "node_events_nodeId_sequence_key" ON "node_events"("nodeId", "sequence");

-- CreateIndex
CREATE INDEX "outbox_events_transactionId_id_idx" ON "outbox_events"("transactionId", "id");

-- CreateIndex
CREATE INDEX "outbox_events_at_idx" ON "outbox_events"("at");

-- CreateIndex
CREATE INDEX "rules_organizationId_publishedAt_idx" ON "rules"("organizationId", "publishedAt");

-- CreateIndex
CREATE UNIQUE INDEX "rules_organizationId_name_key" ON "rules"("organizationId", "name");

-- CreateIndex
CREATE INDEX "rule_versions_organizationId_digest_idx" ON "rule_versions"("organizationId", "digest");

-- CreateIndex
CREATE INDEX "rule_versions_models_idx" ON "rule_versions" USING GIN ("models");

-- CreateIndex
CREATE INDEX "telemetry_buckets_kind_stepSeconds_at_idx" ON "telemetry_buckets"("kind", "stepSeconds", "at");

-- AddForeignKey
ALTER TABLE "audit_heads" ADD CONSTRAINT "audit_heads_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "audit_entries" ADD CONSTRAINT "audit_entries_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deployment_waves" ADD CONSTRAINT "deployment_waves_deploymentId_fkey" FOREIGN KEY ("deploymentId") REFERENCES "deployments"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deployment_nodes" ADD CONSTRAINT "deployment_nodes_deploymentId_fkey" FOREIGN KEY ("deploymentId") REFERENCES "deployments"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deployment_decisions" ADD CONSTRAINT "deployment_decisions_deploymentId_fkey" FOREIGN KEY ("deploymentId") REFERENCES "deployments"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_userId_fkey" FOREIGN KEY ("userId") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_userId_fkey" FOREIGN KEY ("userId") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "members" ADD CONSTRAINT "members_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "members" ADD CONSTRAINT "members_userId_fkey" FOREIGN KEY ("userId") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_tokens" ADD CONSTRAINT "api_tokens_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "model_versions" ADD CONSTRAINT "model_versions_modelId_fkey" FOREIGN KEY ("modelId") REFERENCES "models"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "model_aliases" ADD CONSTRAINT "model_aliases_modelId_fkey" FOREIGN KEY ("modelId") REFERENCES "models"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rule_drafts" ADD CONSTRAINT "rule_drafts_ruleId_fkey" FOREIGN KEY ("ruleId") REFERENCES "rules"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rule_versions" ADD CONSTRAINT "rule_versions_ruleId_fkey" FOREIGN KEY ("ruleId") REFERENCES "rules"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "artefacts" ADD FOREIGN KEY ("organizationId") REFERENCES "organizations" ("id") ON DELETE CASCADE;
ALTER TABLE "uploads" ADD FOREIGN KEY ("organizationId") REFERENCES "organizations" ("id") ON DELETE CASCADE;

-- What was written in the audit chain stays as it was written (I8), whoever holds the connection.
CREATE FUNCTION audit_entries_are_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit entries are appended only' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER audit_entries_are_final
  BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_entries"
  FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_are_final();

ALTER TABLE "bundles" ADD FOREIGN KEY ("organizationId") REFERENCES "organizations" ("id") ON DELETE RESTRICT;
ALTER TABLE "signing_keys" ADD FOREIGN KEY ("organizationId") REFERENCES "organizations" ("id") ON DELETE RESTRICT;
ALTER TABLE "assignments" ADD FOREIGN KEY ("nodeId") REFERENCES "nodes" ("id") ON DELETE CASCADE;
ALTER TABLE "assignments" ADD FOREIGN KEY ("organizationId", "bundle") REFERENCES "bundles" ("organizationId", "digest") ON DELETE RESTRICT;

ALTER TABLE "deployments" ADD FOREIGN KEY ("organizationId") REFERENCES "organizations" ("id") ON DELETE RESTRICT;
ALTER TABLE "deployments" ADD FOREIGN KEY ("organizationId", "bundle") REFERENCES "bundles" ("organizationId", "digest") ON DELETE RESTRICT;
ALTER TABLE "deployment_plans" ADD FOREIGN KEY ("organizationId") REFERENCES "organizations" ("id") ON DELETE CASCADE;
ALTER TABLE "deployment_nodes" ADD FOREIGN KEY ("nodeId") REFERENCES "nodes" ("id") ON DELETE CASCADE;
-- A fleet has one rollout under way, whoever starts another: it must supersede this one first.
CREATE UNIQUE INDEX "deployments_one_under_way" ON "deployments" ("fleetId") WHERE "state" IN ('Progressing', 'Paused', 'Suspended', 'RollingBack');

ALTER TABLE "detections" ADD FOREIGN KEY ("nodeId") REFERENCES "nodes" ("id") ON DELETE CASCADE;

ALTER TABLE "enrollment_requests" ADD FOREIGN KEY ("organizationId") REFERENCES "organizations" ("id") ON DELETE CASCADE;
ALTER TABLE "enrollment_requests" ADD FOREIGN KEY ("nodeId") REFERENCES "nodes" ("id") ON DELETE SET NULL;
ALTER TABLE "enrollment_tokens" ADD FOREIGN KEY ("organizationId") REFERENCES "organizations" ("id") ON DELETE CASCADE;

ALTER TABLE "fleets" ADD FOREIGN KEY ("organizationId") REFERENCES "organizations" ("id") ON DELETE RESTRICT;

ALTER TABLE "models" ADD FOREIGN KEY ("organizationId") REFERENCES "organizations" ("id") ON DELETE RESTRICT;
ALTER TABLE "model_alias_moves" ADD FOREIGN KEY ("modelId") REFERENCES "models" ("id") ON DELETE RESTRICT;
-- A version is what was published under its number, for ever.
CREATE FUNCTION versions_are_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a published version cannot be changed' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER model_versions_are_final
  BEFORE UPDATE OR DELETE ON "model_versions"
  FOR EACH STATEMENT EXECUTE FUNCTION versions_are_final();

-- A revoked node leaves its name to the machine that takes its place.
CREATE UNIQUE INDEX "nodes_name_in_use" ON "nodes" ("organizationId", "name") WHERE "revokedAt" IS NULL;
-- Heartbeats rewrite the same rows for ever: room on the page keeps those updates off the index.
ALTER TABLE "node_heartbeats" SET (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE "node_heartbeats" ADD FOREIGN KEY ("nodeId") REFERENCES "nodes" ("id") ON DELETE CASCADE;
ALTER TABLE "node_events" ADD FOREIGN KEY ("nodeId") REFERENCES "nodes" ("id") ON DELETE CASCADE;
ALTER TABLE "nodes" ADD FOREIGN KEY ("organizationId") REFERENCES "organizations" ("id") ON DELETE RESTRICT;
ALTER TABLE "nodes" ADD FOREIGN KEY ("fleetId") REFERENCES "fleets" ("id") ON DELETE RESTRICT;
-- I1: whatever writes it, a node's desired generation never goes back.
CREATE FUNCTION nodes_generation_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the desired generation of node % cannot go from % to %', OLD."id", OLD."desiredGeneration", NEW."desiredGeneration"
    USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER nodes_generation_grows
  BEFORE UPDATE OF "desiredGeneration" ON "nodes"
  FOR EACH ROW WHEN (NEW."desiredGeneration" < OLD."desiredGeneration")
  EXECUTE FUNCTION nodes_generation_grows();
-- Overlaps are few; finding them must not read every node.
CREATE INDEX "nodes_multiple_owners" ON "nodes" ("organizationId") WHERE cardinality("claimedBy") > 1;

-- Wakes the relays; they read the rows themselves, so a lost notification costs a poll interval and nothing else.
CREATE FUNCTION outbox_events_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('outbox_events', '');
  RETURN NULL;
END $$;

CREATE TRIGGER outbox_events_notify
  AFTER INSERT ON "outbox_events"
  FOR EACH STATEMENT EXECUTE FUNCTION outbox_events_notify();

ALTER TABLE "rules" ADD FOREIGN KEY ("organizationId") REFERENCES "organizations" ("id") ON DELETE RESTRICT;
CREATE TRIGGER rule_versions_are_final
  BEFORE UPDATE OR DELETE ON "rule_versions"
  FOR EACH STATEMENT EXECUTE FUNCTION versions_are_final();
