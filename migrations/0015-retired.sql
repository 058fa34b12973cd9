-- What was worked out at insert, and at each request, stands in records now (0013-records.sql).
DROP VIEW IF EXISTS pods_seen_of_pods;
DROP VIEW IF EXISTS pods_seen_of_events;
DROP VIEW IF EXISTS pods_seen_of_lines;
DROP VIEW IF EXISTS pods_seen_of_lives;
DROP TABLE IF EXISTS pods_seen;

DROP VIEW IF EXISTS pod_deletions_of_pods;
DROP TABLE IF EXISTS pod_deletions;

DROP VIEW IF EXISTS pod_handles_of_pods;
DROP VIEW IF EXISTS pod_handles_of_lives;
DROP VIEW IF EXISTS pod_handles_of_lines;
DROP VIEW IF EXISTS pod_handles_of_events;
DROP TABLE IF EXISTS pod_handles;

DROP VIEW IF EXISTS pod_changes_of_pods;
DROP VIEW IF EXISTS pod_changes_of_lives;
DROP VIEW IF EXISTS pod_changes_of_events;
DROP TABLE IF EXISTS pod_changes;
DROP TABLE IF EXISTS keeper_progress;

DROP VIEW IF EXISTS pod_summaries_of_obituaries;
DROP TABLE IF EXISTS pod_summaries;
ALTER TABLE obituaries DROP COLUMN IF EXISTS summary, DROP COLUMN IF EXISTS marked;

DROP VIEW IF EXISTS node_ends_of_pods;
DROP VIEW IF EXISTS node_ends_of_lives;
DROP TABLE IF EXISTS node_ends;

DROP VIEW IF EXISTS pod_births_of_pods;
DROP TABLE IF EXISTS pod_births;
