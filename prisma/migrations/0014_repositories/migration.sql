-- CreateEnum
CREATE TYPE "document_kind" AS ENUM ('Rule', 'Model', 'Fleet', 'Deployment');

-- CreateEnum
CREATE TYPE "repository_sync_state" AS ENUM ('Waiting', 'Running', 'Succeeded', 'Failed');

-- CreateTable
CREATE TABLE "git_repositories" (
    "id" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "branch" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "username" TEXT NOT NULL,
    "sealed" BYTEA,
    "autoSync" BOOLEAN NOT NULL,
    "prune" BOOLEAN NOT NULL,
    "selfHeal" BOOLEAN NOT NULL,
    "intervalSeconds" INTEGER NOT NULL,
    "scopes" TEXT[],
    "connectedBy" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "headCommit" TEXT,
    "headSubject" TEXT NOT NULL DEFAULT '',
    "headAuthor" TEXT NOT NULL DEFAULT '',
    "headAt" TIMESTAMPTZ(3),
    "refusedCommit" TEXT,
    "documents" JSONB,
    "appliedCommit" TEXT,
    "appliedAt" TIMESTAMPTZ(3),
    "readProblem" TEXT,
    "applyProblem" TEXT,
    "changes" JSONB,
    "pending" INTEGER NOT NULL DEFAULT 0,
    "drifted" INTEGER NOT NULL DEFAULT 0,
    "comparedAt" TIMESTAMPTZ(3),
    "readAt" TIMESTAMPTZ(3),
    "failures" INTEGER NOT NULL DEFAULT 0,
    "applyFailures" INTEGER NOT NULL DEFAULT 0,
    "retryAt" TIMESTAMPTZ(3),
    "readDueAt" TIMESTAMPTZ(3) NOT NULL,
    "dueAt" TIMESTAMPTZ(3) NOT NULL,
    "lease" TEXT,
    "leasedUntil" TIMESTAMPTZ(3),

    CONSTRAINT "git_repositories_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "repository_objects" (
    "organizationId" TEXT NOT NULL,
    "kind" "document_kind" NOT NULL,
    "name" TEXT NOT NULL,
    "repositoryId" TEXT NOT NULL,
    "made" BOOLEAN NOT NULL,
    "applied" TEXT NOT NULL,
    "aliases" TEXT[],
    "commit" TEXT NOT NULL,
    "appliedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "repository_objects_pkey" PRIMARY KEY ("organizationId","kind","name")
);

-- CreateTable
CREATE TABLE "repository_syncs" (
    "id" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "repositoryId" TEXT NOT NULL,
    "state" "repository_sync_state" NOT NULL,
    "requestedBy" TEXT,
    "prune" BOOLEAN NOT NULL,
    "commit" TEXT,
    "subject" TEXT NOT NULL DEFAULT '',
    "did" JSONB NOT NULL,
    "problem" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "finishedAt" TIMESTAMPTZ(3),

    CONSTRAINT "repository_syncs_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "git_repositories_dueAt_idx" ON "git_repositories"("dueAt");

-- CreateIndex
CREATE UNIQUE INDEX "git_repositories_organizationId_name_key" ON "git_repositories"("organizationId", "name");

-- CreateIndex
CREATE INDEX "repository_objects_repositoryId_idx" ON "repository_objects"("repositoryId");

-- CreateIndex
CREATE INDEX "repository_syncs_repositoryId_id_idx" ON "repository_syncs"("repositoryId", "id");

-- AddForeignKey
ALTER TABLE "repository_objects" ADD CONSTRAINT "repository_objects_repositoryId_fkey" FOREIGN KEY ("repositoryId") REFERENCES "git_repositories"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "repository_syncs" ADD CONSTRAINT "repository_syncs_repositoryId_fkey" FOREIGN KEY ("repositoryId") REFERENCES "git_repositories"("id") ON DELETE CASCADE ON UPDATE CASCADE;
