-- First and last time of every life that said something, and a sketch of its distinct lines (decision 0015): life_lines with shorter marks. A page
-- reads lives of a hundred pods, anywhere in the table; with 8,192 rows to a mark each of these reads was one of 4 MB of sketches. The marks
-- of a table cannot be changed, so this is another table. Its view is there before the old one goes, so that no line is missed: one that both tables
-- have changes nothing.
CREATE TABLE IF NOT EXISTS lines_of_lives
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
    fragments    SimpleAggregateFunction(max, UInt8),
    sketch       AggregateFunction(uniqCombined64(12), UInt64)
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant, pod_uid, namespace, pod, cluster, container, restart, container_id)
SETTINGS index_granularity = 64, min_bytes_for_wide_part = 10000000000;

CREATE MATERIALIZED VIEW IF NOT EXISTS lines_of_lives_of_logs TO lines_of_lives AS
SELECT tenant, cluster, namespace, pod, pod_uid, container, restart, container_id,
       max(node) AS node, min(ts) AS first_line, max(ts) AS last_line, max(partial) AS fragments,
       uniqCombined64State(12)(cityHash64(ts, identity)) AS sketch
FROM logs
WHERE pod != ''
GROUP BY tenant, cluster, namespace, pod, pod_uid, container, restart, container_id;

-- Empty where this migration was ended after it had dropped the table.
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
    fragments    SimpleAggregateFunction(max, UInt8),
    sketch       AggregateFunction(uniqCombined64(12), UInt64)
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant, pod_uid, namespace, pod, cluster, container, restart, container_id);

INSERT INTO lines_of_lives (tenant, cluster, namespace, pod, pod_uid, container, restart, container_id, node, first_line, last_line, fragments, sketch)
SELECT tenant, cluster, namespace, pod, pod_uid, container, restart, container_id, node, first_line, last_line, fragments, sketch
FROM life_lines;

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_change_feed_of_line_counts TO pod_change_feed AS
SELECT DISTINCT now64(3, 'UTC') AS at, tenant, 'lines' AS source,
       if(pod_uid != '', pod_uid, concat('unresolved:', cluster, '/', namespace, '/', pod)) AS uid,
       cityHash64(toString(container), restart, container_id) AS life, '' AS cluster, '' AS node, '' AS detail
FROM lines_of_lives;

DROP VIEW IF EXISTS pod_change_feed_of_lines;
DROP VIEW IF EXISTS life_lines_of_logs;
DROP TABLE IF EXISTS life_lines;
