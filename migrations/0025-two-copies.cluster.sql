-- The cluster form of 0025-two-copies.sql, which says what each table and column is for.
-- `t_local` holds the rows of one shard; `t` is read and written.

ALTER TABLE retention_rules_local ON CLUSTER {cluster} ADD COLUMN IF NOT EXISTS released String;
ALTER TABLE retention_rules ON CLUSTER {cluster} ADD COLUMN IF NOT EXISTS released String;

CREATE TABLE IF NOT EXISTS retention_rules_copy_local ON CLUSTER {cluster}
(
    in_force   DateTime64(3, 'UTC'),
    rules      String,
    last_words String,
    released   String
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')
ORDER BY (in_force, rules, last_words);

CREATE TABLE IF NOT EXISTS retention_rules_copy ON CLUSTER {cluster} AS retention_rules_copy_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'retention_rules_copy_local', cityHash64(in_force, rules, last_words));

INSERT INTO retention_rules_copy (in_force, rules, last_words, released)
SELECT in_force, rules, last_words, released
FROM retention_rules;

CREATE TABLE IF NOT EXISTS retention_marks_local ON CLUSTER {cluster}
(
    mark    LowCardinality(String),
    version UInt64,
    ms      Int64
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', version)
ORDER BY mark;

CREATE TABLE IF NOT EXISTS retention_marks ON CLUSTER {cluster} AS retention_marks_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'retention_marks_local', cityHash64(mark));

ALTER TABLE dead_letters_local ON CLUSTER {cluster} REMOVE TTL;
ALTER TABLE dead_letter_replays_local ON CLUSTER {cluster} REMOVE TTL;
ALTER TABLE pod_losses_local ON CLUSTER {cluster} REMOVE TTL;
ALTER TABLE obituaries_local ON CLUSTER {cluster} REMOVE TTL;
ALTER TABLE kept_counts_local ON CLUSTER {cluster} REMOVE TTL;
ALTER TABLE inexact_days_local ON CLUSTER {cluster} REMOVE TTL;
ALTER TABLE pod_change_feed_local ON CLUSTER {cluster} REMOVE TTL;
ALTER TABLE pod_record_feed_local ON CLUSTER {cluster} REMOVE TTL;
ALTER TABLE refused_lines_local ON CLUSTER {cluster} REMOVE TTL;
