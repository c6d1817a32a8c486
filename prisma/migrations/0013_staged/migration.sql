-- AlterEnum
ALTER TYPE "deployment_node_state" ADD VALUE 'Staged';
