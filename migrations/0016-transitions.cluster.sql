-- The cluster form of 0016-transitions.sql, which says what each table and column is for.
-- `t_local` holds the rows of one shard; `t` is read and written.

DROP VIEW IF EXISTS pod_news_of_pods ON CLUSTER {cluster};
DROP VIEW IF EXISTS pod_news_of_lives ON CLUSTER {cluster};
DROP TABLE IF EXISTS pod_news ON CLUSTER {cluster};
DROP TABLE IF EXISTS pod_news_local ON CLUSTER {cluster};

ALTER TABLE pod_record_feed_local ON CLUSTER {cluster} ADD INDEX IF NOT EXISTS by_stored_at stored_at TYPE minmax GRANULARITY 1;

ALTER TABLE pod_record_feed_local ON CLUSTER {cluster} MATERIALIZE INDEX by_stored_at;
