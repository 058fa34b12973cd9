-- Transitions of pods stand in records, with their numbers: shared/pod-model/transitions.ts. Tails of an owner read the records that were stored lately.
DROP VIEW IF EXISTS pod_news_of_pods;
DROP VIEW IF EXISTS pod_news_of_lives;
DROP TABLE IF EXISTS pod_news;

-- The feed is ordered by revision, which is when a projection began.
ALTER TABLE pod_record_feed ADD INDEX IF NOT EXISTS by_stored_at stored_at TYPE minmax GRANULARITY 1;
ALTER TABLE pod_record_feed MATERIALIZE INDEX by_stored_at;
