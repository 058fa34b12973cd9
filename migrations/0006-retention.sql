-- Retention rules as PUT /v1/retention set them. Every version is kept: a line's class is that of the rules in force when it arrived, also
-- where it is read from Kafka again a month later. Both texts are as AFTERLOG_RETENTION and AFTERLOG_LAST_WORDS have them.
CREATE TABLE IF NOT EXISTS retention_rules
(
    in_force   DateTime64(3, 'UTC'),               -- for what arrives at this time or later
    rules      String,
    last_words String
)
ENGINE = ReplacingMergeTree
ORDER BY (in_force, rules, last_words);

-- Pods of which something was told, by when it was told: what the keeper has to look at again.
CREATE TABLE IF NOT EXISTS pod_changes
(
    told_hour DateTime('UTC'),                     -- of told_at
    tenant    LowCardinality(String),
    uid       String,                              -- as it was told: of the API, or of a static pod's log path
    told_at   DateTime64(3, 'UTC')                 -- the store's clock
)
ENGINE = ReplacingMergeTree(told_at)
ORDER BY (told_hour, tenant, uid)
TTL told_hour + INTERVAL 90 DAY;

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_changes_of_pods TO pod_changes AS
SELECT DISTINCT toStartOfHour(now('UTC')) AS told_hour, tenant, uid, now64(3, 'UTC') AS told_at
FROM pods;

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_changes_of_lives TO pod_changes AS
SELECT DISTINCT toStartOfHour(now('UTC')) AS told_hour, tenant, pod_uid AS uid, now64(3, 'UTC') AS told_at
FROM lives;

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_changes_of_events TO pod_changes AS
SELECT DISTINCT toStartOfHour(now('UTC')) AS told_hour, tenant, involved_uid AS uid, now64(3, 'UTC') AS told_at
FROM events
WHERE involved_kind = 'Pod' AND involved_uid != '';

-- How far a job over pod_changes has come, over all processes.
CREATE TABLE IF NOT EXISTS keeper_progress
(
    job  LowCardinality(String),
    upto SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY job;

-- What is known of a dead pod, as one document. Kept for ten years from when it was last written, longer than lines and facts.
CREATE TABLE IF NOT EXISTS obituaries
(
    tenant     LowCardinality(String),
    cluster    LowCardinality(String),
    namespace  LowCardinality(String),
    pod        String,
    uid        String,                             -- of the API, or unresolved:…
    outcome    LowCardinality(String),
    died_at    Nullable(DateTime64(9, 'UTC')),
    bad        UInt8,                              -- whether any of its lives, or the pod, ended badly
    lines      UInt64,                             -- distinct lines when it was written
    document   String CODEC(ZSTD(3)),
    written_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(written_at)
ORDER BY (tenant, uid)
TTL toDateTime(written_at) + INTERVAL 10 YEAR
SETTINGS index_granularity = 128, min_bytes_for_wide_part = 10000000000;

-- Distinct lines of a life on a day, counted before any of them was dropped. The largest count of a day is the right one: lines only leave.
CREATE TABLE IF NOT EXISTS kept_counts
(
    tenant       LowCardinality(String),
    cluster      LowCardinality(String),
    namespace    LowCardinality(String),
    pod          String,
    pod_uid      String,                           -- as the lines carried it
    container    LowCardinality(String),
    restart      Int32,
    container_id String,                           -- without its scheme; '' where the restart tells the life
    day          Date,
    lines        SimpleAggregateFunction(max, UInt64)
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant, pod_uid, namespace, pod, cluster, container, restart, container_id, day)
TTL day + INTERVAL 10 YEAR
SETTINGS index_granularity = 128, min_bytes_for_wide_part = 10000000000;
