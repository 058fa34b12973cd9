-- The cluster form of 0008-news-index.sql, which says what each table and column is for.
-- `t_local` holds the rows of one shard; `t` is read and written.

ALTER TABLE pod_news_local ON CLUSTER {cluster} ADD INDEX IF NOT EXISTS by_arrival arrived TYPE minmax GRANULARITY 1;

ALTER TABLE pod_news_local ON CLUSTER {cluster} MATERIALIZE INDEX by_arrival;
