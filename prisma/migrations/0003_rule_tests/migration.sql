-- AlterTable
ALTER TABLE "rule_versions" ADD COLUMN     "tests" JSONB NOT NULL DEFAULT '[]';

-- CreateTable
CREATE TABLE "rule_tests" (
    "ruleId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "test" JSONB NOT NULL,
    "savedAt" TIMESTAMPTZ(3) NOT NULL,
    "savedBy" TEXT NOT NULL,

    CONSTRAINT "rule_tests_pkey" PRIMARY KEY ("ruleId","name")
);

-- AddForeignKey
ALTER TABLE "rule_tests" ADD CONSTRAINT "rule_tests_ruleId_fkey" FOREIGN KEY ("ruleId") REFERENCES "rules"("id") ON DELETE CASCADE ON UPDATE CASCADE;
