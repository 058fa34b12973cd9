-- Lines. One row per line as sent; a line sent twice is two rows of one (ts, identity), collapsed by every reader.
-- Order: a life is one short run per hour bucket; ts and identity at the end let merges collapse what was sent twice.
-- Partition: whole days of one retention class drop at once; both parts of the key never change after ingest.
-- identity: the rule of design section 5.3; services/ingest/normalise/identity.ts holds its words and its tests. Each argument is
-- hashed by itself, in its place, so that no two different origins read alike.
-- Indexes: words without digits in a text index, every token in a bloom filter; services/query/plan/message-index.ts asks with
-- exactly these expressions. What each choice costs: docs/decisions/0003-storage-layout.md.
CREATE TABLE IF NOT EXISTS logs
(
    tenant       LowCardinality(String),
    ts           DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
    cluster      LowCardinality(String),
    namespace    LowCardinality(String),
    pod          LowCardinality(String),
    pod_uid      LowCardinality(String),   -- '' while unknown
    container    LowCardinality(String),
    restart      Int32,                    -- -1 while unknown
    container_id LowCardinality(String),   -- as sent, e.g. containerd://…
    node         LowCardinality(String),
    unit         LowCardinality(String),   -- of a system line, '' otherwise
    stream       LowCardinality(String),   -- stdout, stderr or ''
    partial      UInt8,                    -- the newline never came in its batch: the next row of its life and stream goes on
    severity     LowCardinality(String),
    message      String CODEC(ZSTD(1)),
    trace_id     String CODEC(ZSTD(1)),
    span_id      String CODEC(ZSTD(1)),
    labels       Map(LowCardinality(String), String),
    attributes   Map(LowCardinality(String), String),
    offset       Int64 CODEC(Delta(8), ZSTD(1)),  -- -1 unknown
    length       Int64 CODEC(ZSTD(1)),            -- -1 unknown
    file         LowCardinality(String),
    eof          UInt8,
    ordinal      UInt64,                   -- equal lines before it in its batch; counts only where offset is unknown
    seq          UInt32,                   -- where it stood in its batch; orders lines of one nanosecond where offset is unknown
    agent        LowCardinality(String),
    received     DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    class        LowCardinality(String),   -- name of the retention rule that matched at ingest
    identity     UInt64 DEFAULT cityHash64(
                     tenant, cluster, pod_uid,
                     if(pod_uid = '', namespace, ''), if(pod_uid = '', pod, ''),
                     if(pod_uid = '' AND pod = '', node, ''), if(pod_uid = '' AND pod = '', unit, ''),
                     container, restart, if(restart < 0, container_id, ''), stream, message,
                     offset, if(offset < 0, ordinal, 0)) CODEC(NONE),
    INDEX words replaceRegexpAll(lower(message), '[a-z]*[0-9][0-9a-z]*', ' ') TYPE text(tokenizer = 'splitByNonAlpha'),
    INDEX tokens lower(message) TYPE tokenbf_v1(8192, 3, 0) GRANULARITY 1
)
ENGINE = ReplacingMergeTree
PARTITION BY (toYYYYMMDD(ts), class)
ORDER BY (tenant, toStartOfHour(ts), namespace, pod, container, ts, identity)
-- small granules: a pod's hour is a few hundred lines, and a page of them reads no message of another pod; the bound of a merge
-- bounds what it takes of memory, disk and time
SETTINGS index_granularity = 1024, max_bytes_to_merge_at_max_space_in_pool = 4294967296;

-- First and last time of every life that said something. Min and max only: a resent line changes neither.
CREATE TABLE IF NOT EXISTS life_lines
(
    tenant       LowCardinality(String),
    cluster      LowCardinality(String),
    namespace    LowCardinality(String),
    pod          String,
    pod_uid      String,
    container    LowCardinality(String),
    restart      Int32,
    container_id String,
    node         SimpleAggregateFunction(max, String),
    first_line   SimpleAggregateFunction(min, DateTime64(9, 'UTC')),
    last_line    SimpleAggregateFunction(max, DateTime64(9, 'UTC')),
    fragments    SimpleAggregateFunction(max, UInt8)   -- whether a fragment stands among its lines
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant, pod_uid, namespace, pod, cluster, container, restart, container_id);

CREATE MATERIALIZED VIEW IF NOT EXISTS life_lines_of_logs TO life_lines AS
SELECT tenant, cluster, namespace, pod, pod_uid, container, restart, container_id,
       max(node) AS node, min(ts) AS first_line, max(ts) AS last_line, max(partial) AS fragments
FROM logs
WHERE pod != ''
GROUP BY tenant, cluster, namespace, pod, pod_uid, container, restart, container_id;
