-- CreateEnum
CREATE TYPE "alert_source" AS ENUM ('detection', 'nodesOffline', 'rolloutSuspended', 'recordsLost', 'tokenExpiring');

-- CreateEnum
CREATE TYPE "alert_state" AS ENUM ('Open', 'Acknowledged', 'Resolved');

-- CreateEnum
CREATE TYPE "channel_kind" AS ENUM ('webhook', 'email', 'slack', 'pagerduty');

-- CreateEnum
CREATE TYPE "delivery_state" AS ENUM ('Pending', 'Delivered', 'Failed');

-- CreateTable
CREATE TABLE "alerts" (
    "id" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "source" "alert_source" NOT NULL,
    "severity" "detection_severity" NOT NULL,
    "title" TEXT NOT NULL,
    "detail" TEXT NOT NULL,
    "rule" TEXT,
    "stream" TEXT,
    "nodeId" TEXT,
    "fleetId" TEXT,
    "deploymentId" TEXT,
    "state" "alert_state" NOT NULL DEFAULT 'Open',
    "count" INTEGER NOT NULL,
    "firstAt" TIMESTAMPTZ(3) NOT NULL,
    "lastAt" TIMESTAMPTZ(3) NOT NULL,
    "mutedUntil" TIMESTAMPTZ(3),
    "acknowledgedBy" TEXT,
    "acknowledgedAt" TIMESTAMPTZ(3),
    "resolvedBy" TEXT,
    "resolvedAt" TIMESTAMPTZ(3),
    "openedRoutedAt" TIMESTAMPTZ(3),
    "resolvedRoutedAt" TIMESTAMPTZ(3),

    CONSTRAINT "alerts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "notification_channels" (
    "id" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "kind" "channel_kind" NOT NULL,
    "target" TEXT NOT NULL,
    "sealed" BYTEA NOT NULL,
    "createdBy" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "notification_channels_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "notification_routes" (
    "id" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "severityMin" "detection_severity" NOT NULL,
    "sources" "alert_source"[],
    "rule" TEXT,
    "fleetId" TEXT,
    "channelIds" TEXT[],
    "tellsResolved" BOOLEAN NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "notification_routes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "notification_deliveries" (
    "id" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "channelId" TEXT NOT NULL,
    "alertId" TEXT,
    "event" TEXT NOT NULL,
    "state" "delivery_state" NOT NULL DEFAULT 'Pending',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "nextAt" TIMESTAMPTZ(3) NOT NULL,
    "lastError" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "deliveredAt" TIMESTAMPTZ(3),

    CONSTRAINT "notification_deliveries_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "alerts_organizationId_state_lastAt_id_idx" ON "alerts"("organizationId", "state", "lastAt", "id");

-- CreateIndex
CREATE INDEX "alerts_organizationId_lastAt_id_idx" ON "alerts"("organizationId", "lastAt", "id");

-- CreateIndex
CREATE INDEX "alerts_state_lastAt_idx" ON "alerts"("state", "lastAt");

-- CreateIndex
CREATE INDEX "alerts_openedRoutedAt_idx" ON "alerts"("openedRoutedAt");

-- CreateIndex
CREATE UNIQUE INDEX "notification_channels_organizationId_name_key" ON "notification_channels"("organizationId", "name");

-- CreateIndex
CREATE INDEX "notification_routes_organizationId_idx" ON "notification_routes"("organizationId");

-- CreateIndex
CREATE INDEX "notification_deliveries_organizationId_createdAt_id_idx" ON "notification_deliveries"("organizationId", "createdAt", "id");

-- CreateIndex
CREATE INDEX "notification_deliveries_state_nextAt_idx" ON "notification_deliveries"("state", "nextAt");

-- CreateIndex
CREATE UNIQUE INDEX "notification_deliveries_channelId_alertId_event_key" ON "notification_deliveries"("channelId", "alertId", "event");

-- AddForeignKey
ALTER TABLE "notification_deliveries" ADD CONSTRAINT "notification_deliveries_channelId_fkey" FOREIGN KEY ("channelId") REFERENCES "notification_channels"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "notification_deliveries" ADD CONSTRAINT "notification_deliveries_alertId_fkey" FOREIGN KEY ("alertId") REFERENCES "alerts"("id") ON DELETE CASCADE ON UPDATE CASCADE;
CREATE UNIQUE INDEX "alerts_one_unresolved" ON "alerts" ("organizationId", "key") WHERE "state" <> 'Resolved';
