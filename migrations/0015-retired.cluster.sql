-- The cluster form of 0015-retired.sql, which says what each table and column is for.
-- `t_local` holds the rows of one shard; `t` is read and written.

DROP VIEW IF EXISTS pods_seen_of_pods ON CLUSTER {cluster};
DROP VIEW IF EXISTS pods_seen_of_events ON CLUSTER {cluster};
DROP VIEW IF EXISTS pods_seen_of_lines ON CLUSTER {cluster};
DROP VIEW IF EXISTS pods_seen_of_lines_distributed ON CLUSTER {cluster};
DROP VIEW IF EXISTS pods_seen_of_lives ON CLUSTER {cluster};
DROP TABLE IF EXISTS pods_seen ON CLUSTER {cluster};
DROP TABLE IF EXISTS pods_seen_local ON CLUSTER {cluster};

DROP VIEW IF EXISTS pod_deletions_of_pods ON CLUSTER {cluster};
DROP TABLE IF EXISTS pod_deletions ON CLUSTER {cluster};
DROP TABLE IF EXISTS pod_deletions_local ON CLUSTER {cluster};

DROP VIEW IF EXISTS pod_handles_of_pods ON CLUSTER {cluster};
DROP VIEW IF EXISTS pod_handles_of_lives ON CLUSTER {cluster};
DROP VIEW IF EXISTS pod_handles_of_lines ON CLUSTER {cluster};
DROP VIEW IF EXISTS pod_handles_of_lines_distributed ON CLUSTER {cluster};
DROP VIEW IF EXISTS pod_handles_of_events ON CLUSTER {cluster};
DROP TABLE IF EXISTS pod_handles ON CLUSTER {cluster};
DROP TABLE IF EXISTS pod_handles_local ON CLUSTER {cluster};

DROP VIEW IF EXISTS pod_changes_of_pods ON CLUSTER {cluster};
DROP VIEW IF EXISTS pod_changes_of_lives ON CLUSTER {cluster};
DROP VIEW IF EXISTS pod_changes_of_events ON CLUSTER {cluster};
DROP TABLE IF EXISTS pod_changes ON CLUSTER {cluster};
DROP TABLE IF EXISTS pod_changes_local ON CLUSTER {cluster};
DROP TABLE IF EXISTS keeper_progress ON CLUSTER {cluster};
DROP TABLE IF EXISTS keeper_progress_local ON CLUSTER {cluster};

DROP VIEW IF EXISTS pod_summaries_of_obituaries ON CLUSTER {cluster};
DROP TABLE IF EXISTS pod_summaries ON CLUSTER {cluster};
DROP TABLE IF EXISTS pod_summaries_local ON CLUSTER {cluster};
ALTER TABLE obituaries_local ON CLUSTER {cluster} DROP COLUMN IF EXISTS summary, DROP COLUMN IF EXISTS marked;
ALTER TABLE obituaries ON CLUSTER {cluster} DROP COLUMN IF EXISTS summary, DROP COLUMN IF EXISTS marked;

DROP VIEW IF EXISTS node_ends_of_pods ON CLUSTER {cluster};
DROP VIEW IF EXISTS node_ends_of_lives ON CLUSTER {cluster};
DROP TABLE IF EXISTS node_ends ON CLUSTER {cluster};
DROP TABLE IF EXISTS node_ends_local ON CLUSTER {cluster};

DROP VIEW IF EXISTS pod_births_of_pods ON CLUSTER {cluster};
DROP TABLE IF EXISTS pod_births ON CLUSTER {cluster};
DROP TABLE IF EXISTS pod_births_local ON CLUSTER {cluster};
