-- What makes a kept obituary as good as a new one: whether anything was told of its pod since it was written, and what that costs to ask.

-- When a row of any source about the pod was stored last, by the store's clock: the default is taken at the insert, so every view into this
-- table marks its pods. Rows of before have 1970, filled in here: a default that is the clock would be another one at every look.
ALTER TABLE pods_seen ADD COLUMN IF NOT EXISTS marked SimpleAggregateFunction(max, DateTime64(3, 'UTC')) DEFAULT toDateTime64(0, 3, 'UTC');
ALTER TABLE pods_seen MATERIALIZE COLUMN marked SETTINGS mutations_sync = 2;
ALTER TABLE pods_seen MODIFY COLUMN marked SimpleAggregateFunction(max, DateTime64(3, 'UTC')) DEFAULT now64(3, 'UTC');

-- Instances are stored after their pod's object: they mark it as well, and tell nothing else here.
CREATE MATERIALIZED VIEW IF NOT EXISTS pods_seen_of_lives TO pods_seen AS
SELECT DISTINCT tenant, pod_uid AS uid, namespace, pod AS name, 0 AS told, 9223372036854775807 AS told_first, 0 AS told_last,
       9223372036854775807 AS event_first, 0 AS event_last
FROM lives;

-- summary: JSON of services/query/render/summary.ts, '' where the document was written before there was one.
-- marked: pods_seen.marked when it was written; that of no pod where something may have been on its way.
ALTER TABLE obituaries
    ADD COLUMN IF NOT EXISTS summary String CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS marked DateTime64(3, 'UTC');

-- Summaries by themselves, in runs of four: a page of a hundred pods anywhere in the table reads a hundred short runs.
CREATE TABLE IF NOT EXISTS pod_summaries
(
    tenant     LowCardinality(String),
    uid        String,
    lines      UInt64,
    summary    String CODEC(ZSTD(1)),
    marked     DateTime64(3, 'UTC'),
    written_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(written_at)
ORDER BY (tenant, uid)
TTL toDateTime(written_at) + INTERVAL 10 YEAR
SETTINGS index_granularity = 4, min_bytes_for_wide_part = 10000000000;

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_summaries_of_obituaries TO pod_summaries AS
SELECT tenant, uid, lines, summary, marked, written_at
FROM obituaries;

-- Ends of containers and pods by the node they were on, from what Kubernetes told: a superset of what died there at a time.
CREATE TABLE IF NOT EXISTS node_ends
(
    tenant  LowCardinality(String),
    cluster LowCardinality(String),
    node    String,
    at      DateTime64(9, 'UTC'),
    uid     String                                 -- of the API
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, cluster, node, at, uid)
SETTINGS index_granularity = 1024;

CREATE MATERIALIZED VIEW IF NOT EXISTS node_ends_of_pods TO node_ends AS
SELECT tenant, cluster, toString(node) AS node, arrayJoin(arrayFilter(t -> t > toDateTime64(0, 9, 'UTC'), [
           ifNull(deleted_at, toDateTime64(0, 9, 'UTC')),
           if(gone = 1 OR phase IN ('Failed', 'Succeeded'), ifNull(status_at, toDateTime64(0, 9, 'UTC')), toDateTime64(0, 9, 'UTC'))])) AS at, uid
FROM pods
WHERE node != '';

INSERT INTO node_ends (tenant, cluster, node, at, uid)
SELECT tenant, cluster, toString(node) AS node, arrayJoin(arrayFilter(t -> t > toDateTime64(0, 9, 'UTC'), [
           ifNull(deleted_at, toDateTime64(0, 9, 'UTC')),
           if(gone = 1 OR phase IN ('Failed', 'Succeeded'), ifNull(status_at, toDateTime64(0, 9, 'UTC')), toDateTime64(0, 9, 'UTC'))])) AS at, uid
FROM pods
WHERE node != '';

CREATE MATERIALIZED VIEW IF NOT EXISTS node_ends_of_lives TO node_ends AS
SELECT tenant, cluster, toString(node) AS node, assumeNotNull(finished_at) AS at, pod_uid AS uid
FROM lives
WHERE node != '' AND finished_at IS NOT NULL;

INSERT INTO node_ends (tenant, cluster, node, at, uid)
SELECT tenant, cluster, toString(node) AS node, assumeNotNull(finished_at) AS at, pod_uid AS uid
FROM lives
WHERE node != '' AND finished_at IS NOT NULL;

-- The kernel's words of OOM kills, apart from the other system lines: why a container died is a fact, kept as long as the others.
CREATE TABLE IF NOT EXISTS kernel_ooms
(
    tenant   LowCardinality(String),
    ts       DateTime64(9, 'UTC'),
    identity UInt64,
    message  String CODEC(ZSTD(3))
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, ts, identity)
SETTINGS index_granularity = 128;

CREATE MATERIALIZED VIEW IF NOT EXISTS kernel_ooms_of_logs TO kernel_ooms AS
SELECT tenant, ts, identity, message
FROM logs
WHERE pod = '' AND namespace = '' AND (message LIKE '%oom-kill:%' OR message LIKE '%killed as a result of limit of%');

INSERT INTO kernel_ooms (tenant, ts, identity, message)
SELECT tenant, ts, identity, message
FROM logs
WHERE pod = '' AND namespace = '' AND (message LIKE '%oom-kill:%' OR message LIKE '%killed as a result of limit of%');

-- Which other addresses a pod had: asked by uid, where the table is ordered by what was told.
ALTER TABLE pod_handles ADD INDEX IF NOT EXISTS by_uid uid TYPE bloom_filter(0.001) GRANULARITY 1;
ALTER TABLE pod_handles MATERIALIZE INDEX by_uid;
