-- CreateTable
CREATE TABLE "model_spreads" (
    "organizationId" TEXT NOT NULL,
    "nodeId" TEXT NOT NULL,
    "stepSeconds" SMALLINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "spreads" BYTEA NOT NULL,

    CONSTRAINT "model_spreads_pkey" PRIMARY KEY ("nodeId","stepSeconds","at")
);

-- CreateIndex
CREATE INDEX "model_spreads_stepSeconds_at_idx" ON "model_spreads"("stepSeconds", "at");
